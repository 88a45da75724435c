-- Tells the planner what the versions of the feed enterprises look like, after a file that added many.
ANALYZE enterprise_versions;
