-- The newest base forecast, or the newest one as of a month, in the contract's columns (section 3).
-- $1 city, $2 as of (date) or null
WITH newest AS (
  SELECT run_id, as_of FROM forecast_runs
  WHERE city = $1 AND scenario = '' AND ($2::date IS NULL OR as_of = $2::date)
  ORDER BY created_at DESC, run_id DESC LIMIT 1
)
SELECT to_char(n.as_of, 'YYYY-MM') AS as_of, v.level, v.chain, v.region, v.occupation, to_char(v.month, 'YYYY-MM') AS month, v.horizon,
  v.mean, v.p10, v.p50, v.p90, v.threshold, v.p_exceed
FROM newest n JOIN forecast_values v ON v.city = $1 AND v.run_id = n.run_id AND v.scenario = ''
ORDER BY array_position(ARRAY['cell', 'chain_region', 'chain', 'region', 'city'], v.level), v.chain, v.region, v.occupation, v.month
