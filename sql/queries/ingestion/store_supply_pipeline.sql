-- Stores the versions of the feed supply_pipeline that the program found to be new.
COPY supply_pipeline_versions (known_at, content_hash, program, region, chain, occupation, month, persons, line, city, received_at, run_id, file_no)
FROM STDIN (FORMAT binary);
