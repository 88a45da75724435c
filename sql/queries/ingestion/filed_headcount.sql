-- How many enterprises does each month or wave of the feed headcount hold, by region and chain?
-- $1 city, $2 known until (local time), $3 first month to look at
WITH register AS (
  SELECT DISTINCT ON (credit_code) credit_code, region, chain
    FROM enterprise_versions
   WHERE city = $1 AND known_at <= $2::timestamp
   ORDER BY credit_code, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
)
SELECT coalesce(t.description, '') AS description, v.month AS period, coalesce(e.region, '') AS region, coalesce(e.chain, '') AS chain,
       count(DISTINCT v.credit_code) AS reporters
  FROM headcount_versions v
  LEFT JOIN register e ON e.credit_code = v.credit_code
  LEFT JOIN file_traits t ON t.city = v.city AND t.run_id = v.run_id AND t.file_no = v.file_no
 WHERE v.city = $1 AND v.known_at <= $2::timestamp AND v.month >= $3::date
 GROUP BY 1, 2, 3, 4
 ORDER BY 1, 2, 3, 4;
