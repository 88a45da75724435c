-- Which forecast do the lists of a month stand on? The newest one of the base case up to that month, and of those made from equal inputs
-- the first, so that a repeated night prints the same run.
-- $1 city, $2 first day of the last month that may be used
WITH newest AS (
  SELECT as_of, inputs_sha256, model
    FROM forecast_runs
   WHERE city = $1 AND scenario = '' AND as_of <= $2::date
   ORDER BY as_of DESC, created_at DESC, run_id DESC
   LIMIT 1
)
SELECT run_id, f.as_of, known_until, horizon, draws, f.model, f.inputs_sha256,
       (quality ->> 'response')::double precision AS response,
       (quality ->> 'coverage')::double precision AS coverage,
       (quality ->> 'months_of_history')::integer AS months_of_history
  FROM forecast_runs f
  JOIN newest n ON f.as_of = n.as_of AND f.inputs_sha256 = n.inputs_sha256 AND f.model = n.model
 WHERE f.city = $1 AND f.scenario = ''
 ORDER BY run_id
 LIMIT 1
