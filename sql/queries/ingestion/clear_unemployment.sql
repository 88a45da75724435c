-- Empties the staging table of the feed unemployment; inside a file's transaction, before its COPY and after its merge.
TRUNCATE staging_unemployment;
