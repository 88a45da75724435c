-- Stores the versions of the feed outcomes that `fresh_outcomes` found to be new; the program sends the rows.
COPY outcome_versions (known_at, content_hash, indicator, region, month, value, line, city, received_at, run_id, file_no)
FROM STDIN (FORMAT binary);
