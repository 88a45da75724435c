-- Stores the versions of the feed supply_pipeline that `fresh_supply_pipeline` found to be new; the program sends the rows.
COPY supply_pipeline_versions (known_at, content_hash, program, region, chain, occupation, month, persons, line, city, received_at, run_id, file_no)
FROM STDIN (FORMAT binary);
