-- The newest run of a city: what monitoring asks.
-- $1 city
SELECT run_id, command, status, exit_code, message,
       to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS started_at,
       to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS finished_at
  FROM runs WHERE city = $1 ORDER BY run_id DESC LIMIT 1;
