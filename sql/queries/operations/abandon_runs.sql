-- Runs that never closed. Whoever asks holds the city's lock, so whoever opened them is gone; what they had not committed is undone.
-- $1 city, $2 the real clock (unix seconds)
UPDATE runs
   SET status = 'abandoned', finished_at = to_timestamp($2::double precision),
       message = 'the program or the server stopped before the run ended; the next run finishes the work'
 WHERE city = $1 AND status = 'running'
RETURNING run_id, command, to_char(heartbeat_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS last_seen;
