-- Tells the planner what the versions of the feed outcomes look like, after a file that added many.
ANALYZE outcome_versions;
