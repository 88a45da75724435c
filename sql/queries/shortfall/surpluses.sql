-- Which enterprises shed staff, or say that machines will take posts: the other side of sharing labour?
-- $1 city, $2 known_until (timestamp). Surplus = persons shed against three reports earlier, plus posts that machines take in the next three
-- months; the program takes off what the enterprise needs itself (by occupation the largest of openings, planned hires and expected gap). Only enterprises whose newest report
-- is at most three months old. Codes of one enterprise are one; one that was merged into another has no surplus of its own any more, and its
-- machines count until that one speaks for it (shortfall/enterprise_plans.sql).
WITH employer AS (
  SELECT credit_code, enterprise, employer FROM enterprise_employers
  WHERE city = $1 AND valid_from <= $2::timestamp AND valid_to > $2::timestamp
), absorber AS (
  SELECT enterprise, absorber, since FROM enterprise_mergers
  WHERE city = $1 AND valid_from <= $2::timestamp AND valid_to > $2::timestamp
), enterprise AS (
  SELECT DISTINCT ON (coalesce(m.employer, v.credit_code)) coalesce(m.employer, v.credit_code) AS credit_code,
    coalesce(v.chain, '') AS chain, v.region
  FROM enterprise_versions v LEFT JOIN employer m ON m.credit_code = v.credit_code
  WHERE v.city = $1 AND v.known_at <= $2::timestamp
  ORDER BY coalesce(m.employer, v.credit_code), v.credit_code = coalesce(m.employer, v.credit_code) DESC, v.credit_code COLLATE "C",
    v.known_at DESC, v.received_at DESC, v.run_id DESC, v.file_no DESC, v.line DESC
), report AS (
  SELECT DISTINCT ON (coalesce(m.enterprise, h.credit_code), h.month) coalesce(m.enterprise, h.credit_code) AS credit_code, h.month,
    h.headcount_base, h.headcount_previous, h.headcount, h.decrease_reason
  FROM headcount_versions h LEFT JOIN employer m ON m.credit_code = h.credit_code
  WHERE h.city = $1 AND h.known_at <= $2::timestamp AND h.month > $2::timestamp - interval '7 months'
    AND (m.credit_code IS NULL OR m.enterprise = m.employer)
  ORDER BY coalesce(m.enterprise, h.credit_code), h.month, h.known_at DESC, h.received_at DESC, h.run_id DESC, h.file_no DESC, h.line DESC
), newest AS (
  SELECT DISTINCT ON (credit_code) credit_code, month, headcount_base, headcount_previous, headcount,
    first_value(headcount) OVER (
      PARTITION BY credit_code ORDER BY month ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS headcount_earlier,
    coalesce(decrease_reason, '') AS reason
  FROM report ORDER BY credit_code, month DESC
), statement AS (
  SELECT DISTINCT ON (coalesce(m.enterprise, h.credit_code), h.period, h.occupation) coalesce(m.enterprise, h.credit_code) AS enterprise,
    coalesce(m.employer, h.credit_code) AS credit_code, h.period, h.survey_wave, h.automation_displaced
  FROM hiring_plan_versions h LEFT JOIN employer m ON m.credit_code = h.credit_code
  WHERE h.city = $1 AND h.known_at <= $2::timestamp
    AND h.period > $2::timestamp AND h.period <= $2::timestamp + interval '3 months'
  ORDER BY coalesce(m.enterprise, h.credit_code), h.period, h.occupation, h.survey_wave DESC, h.known_at DESC, h.received_at DESC,
    h.run_id DESC, h.file_no DESC, h.line DESC
), machine AS (
  SELECT s.credit_code, sum(s.automation_displaced) AS displaced
  FROM statement s
  WHERE NOT EXISTS (
    SELECT FROM absorber a JOIN statement whole ON whole.enterprise = a.absorber
    WHERE a.enterprise = s.enterprise AND whole.period = s.period AND whole.survey_wave >= a.since)
  GROUP BY s.credit_code
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
