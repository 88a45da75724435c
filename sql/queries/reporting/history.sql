-- Observed unfilled openings of the newest months, by node: what trend charts show.
-- $1 city, $2 forecast run, $3 first day of the first month
SELECT level, chain, region, month, openings
  FROM forecast_history
 WHERE city = $1 AND run_id = $2 AND scenario = '' AND month >= $3::date
 ORDER BY level COLLATE "C", chain COLLATE "C", region COLLATE "C", month
