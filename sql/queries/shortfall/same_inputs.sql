-- Is the newest base forecast of a month from the same inputs and settings? If so, what its summary says; an older equal one does not
-- count, for lists and exports take the newest.
-- $1 city, $2 as of (date), $3 digest, $4 months ahead of the summary
WITH newest AS (
  SELECT run_id, horizon, quality, inputs_sha256 FROM forecast_runs
  WHERE city = $1 AND scenario = '' AND as_of = $2::date
  ORDER BY run_id DESC LIMIT 1
)
SELECT s.run_id, s.horizon, n.openings, v.p50,
  ARRAY(SELECT jsonb_array_elements_text(s.quality -> 'codes')) AS codes,
  (SELECT count(*) FROM forecast_nodes c WHERE c.city = $1 AND c.run_id = s.run_id AND c.scenario = '' AND c.level = 'cell') AS cells
FROM newest s
JOIN forecast_nodes n ON n.city = $1 AND n.run_id = s.run_id AND n.scenario = '' AND n.level = 'city'
JOIN forecast_values v ON v.city = $1 AND v.run_id = s.run_id AND v.scenario = '' AND v.level = 'city' AND v.horizon = $4::integer
WHERE s.inputs_sha256 = $3
