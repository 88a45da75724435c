-- Tells the planner what the versions of the feed hiring_plans look like, after a file that added many.
ANALYZE hiring_plan_versions;
