-- A base forecast in the contract's columns (section 3).
-- $1 city, $2 forecast run (reporting/forecast_as_of.sql finds it)
SELECT to_char(f.as_of, 'YYYY-MM') AS as_of, v.level, v.chain, v.region, v.occupation, to_char(v.month, 'YYYY-MM') AS month, v.horizon,
  v.mean, v.p10, v.p50, v.p90, v.threshold, v.p_exceed
FROM forecast_runs f JOIN forecast_values v ON v.city = $1 AND v.run_id = f.run_id AND v.scenario = ''
WHERE f.city = $1 AND f.run_id = $2::bigint AND f.scenario = ''
ORDER BY array_position(ARRAY['cell', 'chain_region', 'chain', 'region', 'city'], v.level), v.chain, v.region, v.occupation, v.month
