-- Empties the staging table of the feed enterprises; inside a file's transaction, before its COPY and after its merge.
TRUNCATE staging_enterprises;
