-- Stores the versions of the feed headcount that `fresh_headcount` found to be new; the program sends the rows.
COPY headcount_versions (known_at, content_hash, credit_code, month, headcount_base, headcount_previous, headcount, decrease_reason, line, city, received_at,
     run_id, file_no)
FROM STDIN (FORMAT binary);
