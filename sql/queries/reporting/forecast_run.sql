-- Which forecast do the lists stand on? The one that is named, or of the newest month that may be used the newest run of the base case.
-- $1 city, $2 first day of the last month that may be used, $3 forecast run or null
SELECT run_id, as_of, known_until, horizon, draws, model, inputs_sha256,
       (quality ->> 'response')::double precision AS response,
       (quality ->> 'coverage')::double precision AS coverage,
       (quality ->> 'months_of_history')::integer AS months_of_history
  FROM forecast_runs
 WHERE city = $1 AND scenario = '' AND as_of <= $2::date AND ($3::bigint IS NULL OR run_id = $3::bigint)
 ORDER BY as_of DESC, run_id DESC
 LIMIT 1
