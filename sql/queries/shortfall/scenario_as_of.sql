-- Which scenario does an export mean? The newest run of any scenario, or the newest one made as of a month.
-- $1 city, $2 first day of the month, or null for any
SELECT run_id
  FROM forecast_runs
 WHERE city = $1 AND scenario <> '' AND ($2::date IS NULL OR as_of = $2::date)
 ORDER BY run_id DESC
 LIMIT 1
