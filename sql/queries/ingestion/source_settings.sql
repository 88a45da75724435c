-- Makes the transaction of a source's query read only, and sets how long it may take and how moments are written.
-- $1 time zone, $2 milliseconds
SELECT set_config('transaction_read_only', 'on', true), set_config('TimeZone', $1, true), set_config('statement_timeout', $2, true);
