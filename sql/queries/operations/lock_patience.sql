-- How long does a statement wait for a lock before the run gives up and says so? Two minutes, unless the server, the role or PGOPTIONS says
-- otherwise.
SELECT set_config('lock_timeout', '2min', false) WHERE current_setting('lock_timeout') = '0'
