-- What did the respondents of each survey wave plan, by chain and target month?
-- $1 city, $2 known_until (timestamp). The newest version of every statement counts, also where an enterprise made it under
-- another of its codes before. An enterprise that was merged into another is passed over in waves of the merger's month or later which that one, or one
-- into which that was merged in turn, answered. Sums over respondents, not expanded. The window's first key is a hash, which sorts faster than
-- texts.
WITH employer AS (
  SELECT credit_code, enterprise FROM enterprise_employers
  WHERE city = $1 AND valid_from <= $2::timestamp AND valid_to > $2::timestamp
), absorber AS (
  SELECT enterprise, absorber, since FROM enterprise_mergers
  WHERE city = $1 AND valid_from <= $2::timestamp AND valid_to > $2::timestamp
), spoken_for AS (
  SELECT DISTINCT a.enterprise, h.survey_wave
  FROM hiring_plan_versions h LEFT JOIN employer m ON m.credit_code = h.credit_code
  JOIN absorber a ON a.absorber = coalesce(m.enterprise, h.credit_code) AND h.survey_wave >= a.since
  WHERE h.city = $1 AND h.known_at <= $2::timestamp
), enterprise AS (
  SELECT DISTINCT ON (credit_code) credit_code, chain
  FROM enterprise_versions WHERE city = $1 AND known_at <= $2::timestamp
  ORDER BY credit_code, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
), statement AS (
  SELECT h.survey_wave, h.period, h.credit_code, coalesce(m.enterprise, h.credit_code) AS enterprise, h.chain, h.planned_hires, h.expected_separations, h.automation_displaced,
    lead(h.known_at) OVER (
      PARTITION BY hashtextextended(coalesce(m.enterprise, h.credit_code), h.period - h.survey_wave), h.survey_wave, h.period,
        coalesce(m.enterprise, h.credit_code), h.occupation
      ORDER BY h.known_at, h.received_at, h.run_id, h.file_no, h.line
    ) IS NULL AS is_newest
  FROM hiring_plan_versions h LEFT JOIN employer m ON m.credit_code = h.credit_code
  WHERE h.city = $1 AND h.known_at <= $2::timestamp
)
SELECT s.survey_wave, s.period, coalesce(s.chain, e.chain, '') AS chain, coalesce(sum(s.planned_hires), 0)::bigint AS planned,
  coalesce(sum(s.expected_separations), 0)::bigint AS separations, coalesce(sum(s.automation_displaced), 0)::bigint AS automation
FROM statement s LEFT JOIN enterprise e ON e.credit_code = s.credit_code
WHERE s.is_newest AND NOT EXISTS (
  SELECT FROM spoken_for f WHERE f.enterprise = s.enterprise AND f.survey_wave = s.survey_wave)
GROUP BY s.survey_wave, s.period, coalesce(s.chain, e.chain, '')
ORDER BY s.survey_wave, s.period, coalesce(s.chain, e.chain, '')
