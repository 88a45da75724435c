-- The forecast of every node, month by month, in the order of nodes.sql.
-- $1 city, $2 forecast run
SELECT level, chain, region, occupation, month, p10, p50, p90, threshold, p_exceed
  FROM forecast_values
 WHERE city = $1 AND run_id = $2 AND scenario = ''
 ORDER BY level COLLATE "C", chain COLLATE "C", region COLLATE "C", occupation COLLATE "C", month
