-- Settings of a large file's transaction: room for hash joins over its keys, no compilation of plans that run once, and neither nested loops
-- nor merge joins, which a wrong guess of the planner (a table that grew tenfold since it was last looked at) would let run for minutes.
SELECT set_config('work_mem', '128MB', true), set_config('jit', 'off', true), set_config('enable_nestloop', 'off', true),
       set_config('enable_mergejoin', 'off', true);
