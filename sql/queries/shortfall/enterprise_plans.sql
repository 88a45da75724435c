-- How many persons do employers plan to hire in each cell?
-- $1 city, $2 known_until (timestamp), $3 months of plans ahead. Of several waves' statements about a month the newest counts; linked enterprises
-- are one employer, under the code that stands for them at that moment. Of an enterprise that was merged into another they count until that one, or one
-- into which that was merged in turn, has stated its plans for the month in a wave of the merger's month or later.
WITH enterprise AS (
  SELECT DISTINCT ON (credit_code) credit_code, chain, region
  FROM enterprise_versions WHERE city = $1 AND known_at <= $2::timestamp
  ORDER BY credit_code, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
), employer AS (
  SELECT credit_code, enterprise, employer FROM enterprise_employers
  WHERE city = $1 AND valid_from <= $2::timestamp AND valid_to > $2::timestamp
), absorber AS (
  SELECT enterprise, absorber, since FROM enterprise_mergers
  WHERE city = $1 AND valid_from <= $2::timestamp AND valid_to > $2::timestamp
), statement AS (
  SELECT DISTINCT ON (coalesce(m.enterprise, h.credit_code), h.period, h.occupation) h.credit_code, h.survey_wave, h.period,
    coalesce(m.enterprise, h.credit_code) AS enterprise, coalesce(m.employer, h.credit_code) AS employer, h.occupation, h.chain, h.region, h.planned_hires
  FROM hiring_plan_versions h LEFT JOIN employer m ON m.credit_code = h.credit_code
  WHERE h.city = $1 AND h.known_at <= $2::timestamp
    AND h.period > $2::timestamp AND h.period <= $2::timestamp + make_interval(months => $3::integer)
  ORDER BY coalesce(m.enterprise, h.credit_code), h.period, h.occupation, h.survey_wave DESC, h.known_at DESC, h.received_at DESC,
    h.run_id DESC, h.file_no DESC, h.line DESC
)
SELECT s.employer AS credit_code, coalesce(s.chain, e.chain, '') AS chain, coalesce(s.region, e.region, '') AS region, s.occupation,
  sum(s.planned_hires)::bigint AS planned
FROM statement s LEFT JOIN enterprise e ON e.credit_code = s.credit_code
WHERE NOT EXISTS (
  SELECT FROM absorber a JOIN statement whole ON whole.enterprise = a.absorber
  WHERE a.enterprise = s.enterprise AND whole.period = s.period AND whole.survey_wave >= a.since)
GROUP BY s.employer, coalesce(s.chain, e.chain, ''), coalesce(s.region, e.region, ''), s.occupation
ORDER BY s.employer, coalesce(s.chain, e.chain, ''), coalesce(s.region, e.region, ''), s.occupation
