-- Takes the keys of a file's good rows of the feed supply_pipeline.
COPY staging_supply_pipeline FROM STDIN (FORMAT binary);
