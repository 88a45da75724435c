-- What did the respondents of each survey wave plan, by chain and target month?
-- $1 city, $2 known_until (timestamp). The newest version of every statement counts. Sums over respondents, not expanded.
WITH enterprise AS (
  SELECT DISTINCT ON (credit_code) credit_code, chain
  FROM enterprise_versions WHERE city = $1 AND known_at <= $2::timestamp
  ORDER BY credit_code, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
), statement AS (
  SELECT survey_wave, period, credit_code, chain, planned_hires, expected_separations, automation_displaced,
    lead(known_at) OVER (
      PARTITION BY credit_code, survey_wave, period, occupation ORDER BY known_at, received_at, run_id, file_no, line
    ) AS next_known_at
  FROM hiring_plan_versions
  WHERE city = $1 AND known_at <= $2::timestamp
)
SELECT s.survey_wave, s.period, coalesce(s.chain, e.chain, '') AS chain, coalesce(sum(s.planned_hires), 0)::bigint AS planned,
  coalesce(sum(s.expected_separations), 0)::bigint AS separations, coalesce(sum(s.automation_displaced), 0)::bigint AS automation
FROM statement s LEFT JOIN enterprise e ON e.credit_code = s.credit_code
WHERE s.next_known_at IS NULL
GROUP BY s.survey_wave, s.period, coalesce(s.chain, e.chain, '')
ORDER BY s.survey_wave, s.period, coalesce(s.chain, e.chain, '')
