-- Is there a base forecast of the same month from the same inputs and settings? The newest, with what its summary says.
-- $1 city, $2 as of (date), $3 digest, $4 months ahead of the summary
WITH standing AS (
  SELECT run_id, horizon, quality FROM forecast_runs
  WHERE city = $1 AND scenario = '' AND as_of = $2::date AND inputs_sha256 = $3
  ORDER BY created_at DESC, run_id DESC LIMIT 1
)
SELECT s.run_id, s.horizon, n.openings, v.mean,
  ARRAY(SELECT jsonb_array_elements_text(s.quality -> 'codes')) AS codes,
  (SELECT count(*) FROM forecast_nodes c WHERE c.city = $1 AND c.run_id = s.run_id AND c.scenario = '' AND c.level = 'cell') AS cells
FROM standing s
JOIN forecast_nodes n ON n.city = $1 AND n.run_id = s.run_id AND n.scenario = '' AND n.level = 'city'
JOIN forecast_values v ON v.city = $1 AND v.run_id = s.run_id AND v.scenario = '' AND v.level = 'city' AND v.horizon = $4::integer
