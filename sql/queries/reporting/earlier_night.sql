-- When was the newest list of an earlier night made?
-- $1 city, $2 night
SELECT extract(epoch FROM max(created_at))::double precision
  FROM report_runs
 WHERE city = $1 AND night = (SELECT max(night) FROM report_runs WHERE city = $1 AND night < $2::date)
