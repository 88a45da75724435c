-- The forecast in the contract's columns (section 3).
-- $1 city, $2 forecast run
SELECT to_char(r.as_of, 'YYYY-MM') AS as_of, v.level, v.chain, v.region, v.occupation,
       to_char(v.month, 'YYYY-MM') AS month, v.horizon, v.mean, v.p10, v.p50, v.p90, v.threshold, v.p_exceed
  FROM forecast_values v
  JOIN forecast_runs r ON r.city = v.city AND r.run_id = v.run_id AND r.scenario = v.scenario
 WHERE v.city = $1 AND v.run_id = $2 AND v.scenario = ''
 ORDER BY array_position(ARRAY['city', 'region', 'chain', 'chain_region', 'cell'], v.level), v.chain COLLATE "C",
          v.region COLLATE "C", v.occupation COLLATE "C", v.month
