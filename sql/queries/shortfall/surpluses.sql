-- Which enterprises shed staff, or say that machines will take posts: the other side of sharing labour?
-- $1 city, $2 known_until (timestamp). Surplus = persons shed against three reports earlier, plus posts that machines take in the next three
-- months; the program takes off what the enterprise needs itself (by occupation the largest of openings, planned hires and expected gap). Only enterprises whose newest report
-- is at most three months old.
WITH enterprise AS (
  SELECT DISTINCT ON (credit_code) credit_code, coalesce(chain, '') AS chain, region
  FROM enterprise_versions WHERE city = $1 AND known_at <= $2::timestamp
  ORDER BY credit_code, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
), report AS (
  SELECT DISTINCT ON (credit_code, month) credit_code, month, headcount_base, headcount_previous, headcount, decrease_reason
  FROM headcount_versions
  WHERE city = $1 AND known_at <= $2::timestamp AND month > $2::timestamp - interval '7 months'
  ORDER BY credit_code, month, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
), newest AS (
  SELECT DISTINCT ON (credit_code) credit_code, month, headcount_base, headcount_previous, headcount,
    first_value(headcount) OVER (
      PARTITION BY credit_code ORDER BY month ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS headcount_earlier,
    coalesce(decrease_reason, '') AS reason
  FROM report ORDER BY credit_code, month DESC
), machine AS (
  SELECT credit_code, sum(automation_displaced) AS displaced
  FROM (
    SELECT DISTINCT ON (credit_code, period, occupation) credit_code, automation_displaced
    FROM hiring_plan_versions
    WHERE city = $1 AND known_at <= $2::timestamp AND period > $2::timestamp AND period <= $2::timestamp + interval '3 months'
    ORDER BY credit_code, period, occupation, survey_wave DESC, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
  ) statement
  GROUP BY credit_code
), balance AS (
  SELECT n.credit_code, e.chain, e.region, n.headcount, n.headcount_previous, n.headcount_base, n.reason,
    greatest(n.headcount_earlier - n.headcount, 0) + coalesce(m.displaced, 0) AS surplus, coalesce(m.displaced, 0) AS machines
  FROM newest n JOIN enterprise e USING (credit_code)
  LEFT JOIN machine m USING (credit_code)
  WHERE n.month > $2::timestamp - interval '4 months'
)
SELECT credit_code, chain, region, headcount, headcount_previous, headcount_base, surplus::bigint AS surplus,
  machines::bigint AS machines, nullif(reason, '') AS reason
FROM balance WHERE surplus >= 3
ORDER BY surplus DESC, credit_code
