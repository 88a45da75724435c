-- Settings of the transaction that decides which postings are one job: room for its hashes, and a look every second whether the program lives.
SELECT set_config('work_mem', '96MB', true), set_config('jit', 'off', true), set_config('client_connection_check_interval', '1s', true)
