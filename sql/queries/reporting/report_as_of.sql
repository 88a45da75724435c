-- Which lists does an export mean? The newest run's, or the newest ones that stand on a month's forecast.
-- $1 city, $2 first day of the month, or null for any
SELECT run_id
  FROM report_runs
 WHERE city = $1 AND ($2::date IS NULL OR as_of = $2::date)
 ORDER BY run_id DESC
 LIMIT 1
