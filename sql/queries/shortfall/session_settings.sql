-- Settings for the aggregation, until the end of the transaction: compiling plans costs more than it saves here; sorts get room.
SELECT set_config('jit', 'off', true), set_config('work_mem', '96MB', true)
