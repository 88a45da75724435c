-- Settings of a file's transaction: the city for statements that take no parameters; for a large file room for hash joins over its keys, no
-- compilation of plans that run once, and neither nested loops nor merge joins, which a wrong guess of the planner (a table that grew
-- tenfold since it was last looked at) would let run for minutes.
-- $1 city, $2 whether the file is large
SELECT set_config('labourwatch.city', $1, true),
       set_config('work_mem', CASE WHEN $2::boolean THEN '128MB' ELSE current_setting('work_mem') END, true),
       set_config('jit', 'off', true),
       set_config('enable_nestloop', CASE WHEN $2::boolean THEN 'off' ELSE 'on' END, true),
       set_config('enable_mergejoin', CASE WHEN $2::boolean THEN 'off' ELSE 'on' END, true);
