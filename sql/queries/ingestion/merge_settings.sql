-- Settings of a file's transaction: city and file for statements that take no parameters; for a large file room for hash joins over its keys, no
-- compilation of plans that run once, and neither nested loops nor merge joins, which a wrong guess of the planner (a table that grew
-- tenfold since it was last looked at) would let run for minutes. The server looks every second whether the program is still there, so that a
-- killed run's statement ends, and its lock with it.
-- $1 city, $2 SHA-256 of the file, $3 whether it is large
SELECT set_config('labourwatch.city', $1, true),
       set_config('labourwatch.file', $2, true),
       set_config('work_mem', CASE WHEN $3::boolean THEN '128MB' ELSE current_setting('work_mem') END, true),
       set_config('jit', 'off', true),
       set_config('client_connection_check_interval', '1s', true),
       set_config('enable_nestloop', CASE WHEN $3::boolean THEN 'off' ELSE 'on' END, true),
       set_config('enable_mergejoin', CASE WHEN $3::boolean THEN 'off' ELSE 'on' END, true);
