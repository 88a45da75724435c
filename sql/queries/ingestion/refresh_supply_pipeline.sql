-- Marks the versions of the feed supply_pipeline as seen by all, after a file that added many: so reading them writes no log, and the planner knows how many they are.
-- Needs the owner's rights; without them the server warns and goes on.
VACUUM (SKIP_LOCKED) supply_pipeline_versions;
