-- What is known of every node of a forecast at the end of its month, in a fixed order.
-- $1 city, $2 forecast run
SELECT level, chain, region, occupation, openings, openings_previous_month, openings_previous_year, employed, seekers,
       salary, salary_market, months_of_history, response, coverage, quality
  FROM forecast_nodes
 WHERE city = $1 AND run_id = $2 AND scenario = ''
 ORDER BY level COLLATE "C", chain COLLATE "C", region COLLATE "C", occupation COLLATE "C"
