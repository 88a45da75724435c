-- Tells the planner what the versions of the feed unemployment look like, after a file that added many, and marks them as seen by all: so
-- reading them writes no log. Needs the owner's rights; without them the server warns and goes on.
VACUUM (ANALYZE, SKIP_LOCKED) unemployment_versions;
