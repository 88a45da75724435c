-- Tells the planner what a table looks like, before it plans forecasts over it; while a table grows by less, the server does so in its own time (autovacuum).
-- $1 table
SELECT refresh_statistics($1);
