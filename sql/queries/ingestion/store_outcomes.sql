-- Stores the versions of the feed outcomes that the program found to be new.
COPY outcome_versions (known_at, content_hash, indicator, region, month, value, line, city, received_at, run_id, file_no)
FROM STDIN (FORMAT binary);
