-- How many openings of each occupation stood unfilled in each region, month by month?
-- $1 city, $2 forecast run
SELECT region, occupation, openings
  FROM forecast_occupations
 WHERE city = $1 AND run_id = $2 AND scenario = ''
 ORDER BY region COLLATE "C", occupation COLLATE "C", month
