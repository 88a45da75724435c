-- A scenario beside the base case from the same inputs.
-- $1 city, $2 forecast run of the scenario (shortfall/scenario_as_of.sql finds it)
WITH scenario AS (
  SELECT run_id, scenario, as_of, inputs_sha256 FROM forecast_runs
  WHERE city = $1 AND run_id = $2::bigint AND scenario <> ''
), base AS (
  SELECT f.run_id FROM forecast_runs f JOIN scenario s ON s.as_of = f.as_of AND s.inputs_sha256 = f.inputs_sha256
  WHERE f.city = $1 AND f.scenario = ''
  ORDER BY f.run_id DESC LIMIT 1
)
SELECT to_char(s.as_of, 'YYYY-MM') AS as_of, s.scenario, v.level, v.chain, v.region, v.occupation,
  to_char(v.month, 'YYYY-MM') AS month, v.horizon, coalesce(b.mean, 0) AS base_mean, v.mean,
  round((v.mean - coalesce(b.mean, 0))::numeric, 3)::double precision AS change,
  coalesce(b.p10, 0) AS base_p10, coalesce(b.p50, 0) AS base_p50, coalesce(b.p90, 0) AS base_p90, v.p10, v.p50, v.p90,
  v.threshold, coalesce(b.p_exceed, 0) AS base_p_exceed, v.p_exceed
FROM scenario s
JOIN forecast_values v ON v.city = $1 AND v.run_id = s.run_id AND v.scenario = s.scenario
LEFT JOIN forecast_values b ON b.city = $1 AND b.run_id = (SELECT run_id FROM base) AND b.scenario = ''
  AND b.level = v.level AND b.chain = v.chain AND b.region = v.region AND b.occupation = v.occupation AND b.month = v.month
ORDER BY array_position(ARRAY['cell', 'chain_region', 'chain', 'region', 'city'], v.level), v.chain, v.region, v.occupation, v.month
