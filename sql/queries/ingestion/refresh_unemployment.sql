-- Tells the planner what the versions of the feed unemployment look like, after a file that added many.
ANALYZE unemployment_versions;
