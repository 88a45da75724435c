-- Which employers answered the survey wave before the newest one and have not answered the newest: whom should officers call? The largest of
-- each region first. Linked enterprises are one employer, under the code that stands for them: what one of its codes answered, it answered. Its headcount
-- is the sum of what its enterprises told in the wave before, without those for which the one that absorbed them spoke. Employers only, no persons.
-- $1 city, $2 known until (local time)
WITH employer AS (
  SELECT credit_code, enterprise, employer FROM enterprise_employers
   WHERE city = $1 AND valid_from <= $2::timestamp AND valid_to > $2::timestamp
), absorber AS (
  SELECT enterprise, absorber, since FROM enterprise_mergers
   WHERE city = $1 AND valid_from <= $2::timestamp AND valid_to > $2::timestamp
), statement AS (
  SELECT h.survey_wave, coalesce(m.employer, h.credit_code) AS credit_code, coalesce(m.enterprise, h.credit_code) AS enterprise,
         min(h.known_at) AS answered_at, max(h.headcount) AS headcount, max(h.enterprise_name) AS enterprise_name, max(h.region) AS region,
         max(h.chain) AS chain
    FROM hiring_plan_versions h
    LEFT JOIN employer m ON m.credit_code = h.credit_code
   WHERE h.city = $1 AND h.known_at <= $2::timestamp
   GROUP BY 1, 2, 3
), answer AS (
  SELECT s.survey_wave, s.credit_code, min(s.answered_at) AS answered_at, sum(s.headcount) AS headcount, max(s.enterprise_name) AS enterprise_name,
         max(s.region) AS region, max(s.chain) AS chain
    FROM statement s
   WHERE NOT EXISTS (SELECT FROM absorber a JOIN statement whole ON whole.enterprise = a.absorber
                      WHERE a.enterprise = s.enterprise AND whole.survey_wave = s.survey_wave AND s.survey_wave >= a.since)
   GROUP BY s.survey_wave, s.credit_code
), newest AS (
  SELECT max(survey_wave) AS survey_wave FROM answer
), before AS (
  SELECT max(survey_wave) AS survey_wave FROM answer WHERE survey_wave < (SELECT survey_wave FROM newest)
), register AS (
  SELECT DISTINCT ON (coalesce(m.employer, v.credit_code)) coalesce(m.employer, v.credit_code) AS credit_code, enterprise_name, region, chain,
         size_class
    FROM enterprise_versions v
    LEFT JOIN employer m ON m.credit_code = v.credit_code
   WHERE v.city = $1 AND v.known_at <= $2::timestamp
   ORDER BY coalesce(m.employer, v.credit_code), v.credit_code = coalesce(m.employer, v.credit_code) DESC, v.credit_code COLLATE "C",
            v.known_at DESC, v.received_at DESC, v.run_id DESC, v.file_no DESC, v.line DESC
)
SELECT to_char((SELECT survey_wave FROM newest), 'YYYY-MM') AS survey_wave, a.credit_code,
       coalesce(e.enterprise_name, a.enterprise_name) AS enterprise_name, coalesce(e.region, a.region) AS region,
       r.name AS region_name, coalesce(e.chain, a.chain) AS chain, c.name AS chain_name, e.size_class,
       to_char(a.survey_wave, 'YYYY-MM') AS answered_wave, a.answered_at::date AS answered_on,
       CASE WHEN a.headcount >= 5 THEN a.headcount END AS headcount
  FROM answer a
  JOIN before b ON b.survey_wave = a.survey_wave
  LEFT JOIN register e ON e.credit_code = a.credit_code
  LEFT JOIN regions r ON r.city = $1 AND r.code = coalesce(e.region, a.region)
  LEFT JOIN chains c ON c.city = $1 AND c.code = coalesce(e.chain, a.chain)
 WHERE NOT EXISTS (SELECT FROM answer n WHERE n.credit_code = a.credit_code AND n.survey_wave = (SELECT survey_wave FROM newest))
 ORDER BY coalesce(e.region, a.region) COLLATE "C", a.headcount DESC NULLS LAST, a.credit_code COLLATE "C"
