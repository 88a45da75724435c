-- Tells the planner what the versions of the feed indicators look like, after a file that added many.
ANALYZE indicator_versions;
