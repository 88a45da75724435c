-- Empties the staging table of the feed hiring_plans; inside a file's transaction, before its COPY and after its merge.
TRUNCATE staging_hiring_plans;
