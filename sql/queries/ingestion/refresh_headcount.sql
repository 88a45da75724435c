-- Tells the planner what the versions of the feed headcount look like, after a file that added many.
ANALYZE headcount_versions;
