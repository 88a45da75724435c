-- Tells the planner what the versions of the feed unemployment look like, after a run that added many.
ANALYZE unemployment_versions;
