-- Which lists does an export mean? The newest ones, or the newest ones that stand on a month's forecast.
-- $1 city, $2 first day of the month, $3 whether exactly that month is wanted
SELECT run_id
  FROM report_runs
 WHERE city = $1 AND as_of <= $2::date AND (NOT $3::boolean OR as_of = $2::date)
 ORDER BY night DESC, run_id DESC
 LIMIT 1
