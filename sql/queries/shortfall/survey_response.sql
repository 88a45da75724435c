-- How many enterprises of each chain and region answered each survey wave, and how much of all recruiting do they stand for?
-- $1 city, $2 known_until (timestamp). An enterprise's weight is the number of persons it has sought in postings so far.
WITH enterprise AS (
  SELECT DISTINCT ON (credit_code) credit_code, coalesce(chain, '') AS chain, region
  FROM enterprise_versions WHERE city = $1 AND known_at <= $2::timestamp
  ORDER BY credit_code, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
), weight AS (
  SELECT credit_code, sum(sought) AS sought
  FROM (
    SELECT credit_code, max(headcount) AS sought
    FROM vacancy_versions WHERE city = $1 AND known_at <= $2::timestamp
    GROUP BY credit_code, source, coalesce(job, posting_id)
  ) posting
  GROUP BY credit_code
), everyone AS (
  SELECT chain, region, count(*) AS enterprises, coalesce(sum(sought), 0) AS weight_all
  FROM enterprise LEFT JOIN weight USING (credit_code)
  GROUP BY chain, region
), wave AS (
  SELECT DISTINCT survey_wave FROM hiring_plan_versions WHERE city = $1 AND known_at <= $2::timestamp
), answer AS (
  SELECT DISTINCT survey_wave, credit_code FROM hiring_plan_versions WHERE city = $1 AND known_at <= $2::timestamp
), answered AS (
  SELECT a.survey_wave, e.chain, e.region, count(*) AS respondents, coalesce(sum(w.sought), 0) AS weight_answered
  FROM answer a JOIN enterprise e USING (credit_code) LEFT JOIN weight w USING (credit_code)
  GROUP BY a.survey_wave, e.chain, e.region
)
SELECT w.survey_wave, a.chain, a.region, coalesce(r.respondents, 0) AS respondents, a.enterprises,
  coalesce(r.weight_answered, 0)::bigint AS weight_answered, a.weight_all::bigint AS weight_all
FROM wave w CROSS JOIN everyone a
LEFT JOIN answered r ON r.survey_wave = w.survey_wave AND r.chain = a.chain AND r.region = a.region
ORDER BY w.survey_wave, a.chain, a.region
