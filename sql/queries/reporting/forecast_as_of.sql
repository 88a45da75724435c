-- Which forecast does an export mean? The newest run of the base case, or the newest one made as of a month.
-- $1 city, $2 first day of the month, $3 whether exactly that month is wanted
SELECT run_id
  FROM forecast_runs
 WHERE city = $1 AND scenario = '' AND as_of <= $2::date AND (NOT $3::boolean OR as_of = $2::date)
 ORDER BY as_of DESC, created_at DESC, run_id DESC
 LIMIT 1
