-- Settings for the aggregation, until the end of the transaction: compiling plans costs more than it saves here; sorts get room; rows pass
-- between processes of one machine at little cost, so that scans and sorts of many versions are divided.
SELECT set_config('jit', 'off', true), set_config('work_mem', '96MB', true), set_config('parallel_tuple_cost', '0.01', true)
