-- How many indicators of the plan does each month of the feed outcomes tell of, by region?
-- $1 city, $2 known until (local time), $3 first month to look at
SELECT coalesce(t.description, '') AS description, v.month AS period, v.region, '' AS chain, count(DISTINCT v.indicator) AS reporters
  FROM outcome_versions v
  LEFT JOIN file_traits t ON t.city = v.city AND t.run_id = v.run_id AND t.file_no = v.file_no
 WHERE v.city = $1 AND v.known_at <= $2::timestamp AND v.month >= $3::date
 GROUP BY 1, 2, 3, 4
 ORDER BY 1, 2, 3, 4;
