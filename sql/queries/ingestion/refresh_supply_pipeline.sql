-- Tells the planner what the versions of the feed supply_pipeline look like, after a file that added many.
ANALYZE supply_pipeline_versions;
