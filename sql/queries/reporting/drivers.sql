-- What adds to the expected shortage of every cell at the horizon of the lists.
-- $1 city, $2 forecast run, $3 first day of that month
SELECT chain, region, occupation, driver, persons
  FROM forecast_drivers
 WHERE city = $1 AND run_id = $2 AND scenario = '' AND level = 'cell' AND month = $3::date AND persons > 0
 ORDER BY chain COLLATE "C", region COLLATE "C", occupation COLLATE "C", driver COLLATE "C"
