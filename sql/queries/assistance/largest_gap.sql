-- The largest gap of a node, observed or forecast (P50), since the last month before a day: what an outcome is compared with.
-- $1 city, $2 level, $3 chain, $4 region, $5 occupation (empty: summed over), $6 day
SELECT max(greatest(n.openings, v.p50)) AS gap
  FROM forecast_runs r
  JOIN forecast_nodes n ON n.city = $1 AND n.run_id = r.run_id AND n.scenario = r.scenario
  JOIN forecast_values v ON v.city = $1 AND v.run_id = r.run_id AND v.scenario = r.scenario AND v.level = n.level
                        AND v.chain = n.chain AND v.region = n.region AND v.occupation = n.occupation
 WHERE r.city = $1 AND r.scenario = '' AND r.as_of >= date_trunc('month', $6::date) - interval '1 month'
   AND n.level = $2 AND n.chain = $3 AND n.region = $4 AND n.occupation = $5
