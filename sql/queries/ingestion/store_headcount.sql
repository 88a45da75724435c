-- Stores the versions of the feed headcount that the program found to be new.
COPY headcount_versions (known_at, content_hash, credit_code, month, headcount_base, headcount_previous, headcount, decrease_reason, line, city, received_at,
     run_id, file_no)
FROM STDIN (FORMAT binary);
