-- Closes a run in the ledger.
-- $1 city, $2 run id, $3 the real clock (unix seconds), $4 status, $5 exit code, $6 message, $7 summary as JSON
UPDATE runs
   SET finished_at = to_timestamp($3::double precision), heartbeat_at = to_timestamp($3::double precision), status = $4,
       exit_code = $5, message = $6, summary = $7::jsonb
 WHERE city = $1 AND run_id = $2;
