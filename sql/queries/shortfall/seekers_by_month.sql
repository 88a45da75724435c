-- How did the number of registered job-seekers of each region and occupation change, month by month?
-- $1 city, $2 known_until (timestamp). The newest version of every registration counts; a person stops counting in the month of exit.
WITH registration AS (
  SELECT region, occupation, registered_on, exited_on,
    lead(known_at) OVER (
      PARTITION BY person, registered_on ORDER BY known_at, received_at, run_id, file_no, line
    ) IS NULL AS is_newest
  FROM unemployment_versions
  WHERE city = $1 AND known_at <= $2::timestamp
), stay AS (
  SELECT region, coalesce(occupation, '') AS occupation, date_trunc('month', registered_on)::date AS month,
    date_trunc('month', greatest(exited_on, registered_on))::date AS left_in, exited_on IS NOT NULL AS gone, count(*) AS persons
  FROM registration WHERE is_newest
  GROUP BY region, coalesce(occupation, ''), date_trunc('month', registered_on)::date,
    date_trunc('month', greatest(exited_on, registered_on))::date, exited_on IS NOT NULL
), event AS (
  SELECT region, occupation, month, persons AS change FROM stay
  UNION ALL
  SELECT region, occupation, left_in, -persons FROM stay WHERE gone
)
SELECT region, occupation, month, sum(change)::bigint AS change
FROM event WHERE month <= $2::timestamp
GROUP BY region, occupation, month
ORDER BY region, occupation, month
