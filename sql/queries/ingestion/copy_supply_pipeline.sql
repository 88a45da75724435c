-- Takes a file's rows of the feed supply_pipeline, good and rejected, in the order of the file.
-- FREEZE: the table was truncated in the same transaction.
COPY staging_supply_pipeline FROM STDIN (FORMAT binary, FREEZE);
