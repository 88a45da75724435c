-- Is there a base forecast of the same month from the same inputs and settings? The newest.
-- $1 city, $2 as of (date), $3 digest
SELECT run_id FROM forecast_runs
WHERE city = $1 AND scenario = '' AND as_of = $2::date AND inputs_sha256 = $3
ORDER BY created_at DESC, run_id DESC LIMIT 1
