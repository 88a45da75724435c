-- How did the number of registered job-seekers of each region and occupation change, month by month?
-- $1 city, $2 known_until (timestamp). The newest version of every registration counts; a person stops counting in the month of exit.
WITH registration AS (
  SELECT region, coalesce(occupation, '') AS occupation, registered_on, exited_on,
    lead(known_at) OVER (
      PARTITION BY person, registered_on ORDER BY known_at, received_at, run_id, file_no, line
    ) AS next_known_at
  FROM unemployment_versions
  WHERE city = $1 AND known_at <= $2::timestamp
), event AS (
  SELECT region, occupation, date_trunc('month', registered_on)::date AS month, 1 AS change
  FROM registration WHERE next_known_at IS NULL
  UNION ALL
  SELECT region, occupation, date_trunc('month', greatest(exited_on, registered_on))::date, -1
  FROM registration WHERE next_known_at IS NULL AND exited_on IS NOT NULL
)
SELECT region, occupation, month, sum(change)::bigint AS change
FROM event WHERE month <= $2::timestamp
GROUP BY region, occupation, month
ORDER BY region, occupation, month
