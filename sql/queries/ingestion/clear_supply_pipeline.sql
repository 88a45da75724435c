-- Empties the staging table of the feed supply_pipeline; inside a file's transaction, before its COPY and after its merge.
TRUNCATE staging_supply_pipeline;
