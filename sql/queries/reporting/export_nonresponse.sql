-- Which enterprises answered the survey wave before the newest one and have not answered the newest: whom should officers call? The largest of
-- each region first. Enterprises only, no persons.
-- $1 city, $2 known until (local time)
WITH answer AS (
  SELECT survey_wave, credit_code, min(known_at) AS answered_at, max(headcount) AS headcount, max(enterprise_name) AS enterprise_name,
         max(region) AS region, max(chain) AS chain
    FROM hiring_plan_versions
   WHERE city = $1 AND known_at <= $2::timestamp
   GROUP BY survey_wave, credit_code
), newest AS (
  SELECT max(survey_wave) AS survey_wave FROM answer
), before AS (
  SELECT max(survey_wave) AS survey_wave FROM answer WHERE survey_wave < (SELECT survey_wave FROM newest)
), register AS (
  SELECT DISTINCT ON (credit_code) credit_code, enterprise_name, region, chain, size_class
    FROM enterprise_versions
   WHERE city = $1 AND known_at <= $2::timestamp
   ORDER BY credit_code, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
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
