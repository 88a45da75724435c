-- How many employers does each month or wave of the feed hiring_plans hold, by region and chain? Linked enterprises are one
-- employer, in the region and chain of the code that stands for them: one that was absorbed is not missing where that code reports.
-- $1 city, $2 known until (local time), $3 first month to look at
WITH employer AS (
  SELECT credit_code, employer FROM enterprise_employers
   WHERE city = $1 AND valid_from <= $2::timestamp AND valid_to > $2::timestamp
), linked AS (
  SELECT credit_code, employer FROM employer UNION SELECT employer, employer FROM employer
), register AS (
  SELECT DISTINCT ON (coalesce(m.employer, v.credit_code)) coalesce(m.employer, v.credit_code) AS credit_code, v.region, v.chain
    FROM enterprise_versions v
    LEFT JOIN linked m ON m.credit_code = v.credit_code
   WHERE v.city = $1 AND v.known_at <= $2::timestamp
   ORDER BY coalesce(m.employer, v.credit_code), v.credit_code = coalesce(m.employer, v.credit_code) DESC, v.credit_code COLLATE "C",
            v.known_at DESC, v.received_at DESC, v.run_id DESC, v.file_no DESC, v.line DESC
)
SELECT coalesce(t.description, '') AS description, v.survey_wave AS period, coalesce(CASE WHEN m.employer IS NULL THEN v.region END, e.region, v.region, '') AS region,
       coalesce(CASE WHEN m.employer IS NULL THEN v.chain END, e.chain, v.chain, '') AS chain,
       count(DISTINCT coalesce(m.employer, v.credit_code)) AS reporters
  FROM hiring_plan_versions v
  LEFT JOIN linked m ON m.credit_code = v.credit_code
  LEFT JOIN register e ON e.credit_code = coalesce(m.employer, v.credit_code)
  LEFT JOIN file_traits t ON t.city = v.city AND t.run_id = v.run_id AND t.file_no = v.file_no
 WHERE v.city = $1 AND v.known_at <= $2::timestamp AND v.survey_wave >= $3::date
 GROUP BY 1, 2, 3, 4
 ORDER BY 1, 2, 3, 4;
