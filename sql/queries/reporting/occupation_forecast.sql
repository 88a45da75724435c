-- How many are expected in each month ahead? Means, which add up over chains.
-- $1 city, $2 forecast run
SELECT region, occupation, sum(mean ORDER BY chain COLLATE "C") AS openings
  FROM forecast_values
 WHERE city = $1 AND run_id = $2 AND scenario = '' AND level = 'cell' AND region <> '' AND occupation <> ''
 GROUP BY region, occupation, month
 ORDER BY region COLLATE "C", occupation COLLATE "C", month
