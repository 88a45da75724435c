-- Tells the planner what the versions of the feed indicators look like, after a run that added many.
ANALYZE indicator_versions;
