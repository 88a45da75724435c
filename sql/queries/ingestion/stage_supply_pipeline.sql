-- Takes key, moment and hash of a file's good rows of the feed supply_pipeline, in the order of the file.
COPY staging_supply_pipeline FROM STDIN (FORMAT binary);
