-- How many employers of each chain and region answered each survey wave, and how much of all recruiting do they stand for?
-- $1 city, $2 known_until (timestamp), $3 codes of employers, $4 their weights: the persons that each has sought in jobs so far
-- (shortfall/postings.sql). Linked enterprises are one employer, in the chain and region of the code that stands for them (of another of its
-- codes where the register does not know that one).
WITH employer AS (
  SELECT credit_code, employer FROM enterprise_employers
  WHERE city = $1 AND valid_from <= $2::timestamp AND valid_to > $2::timestamp
), enterprise AS (
  SELECT DISTINCT ON (coalesce(m.employer, v.credit_code)) coalesce(m.employer, v.credit_code) AS credit_code,
    coalesce(v.chain, '') AS chain, v.region
  FROM enterprise_versions v LEFT JOIN employer m ON m.credit_code = v.credit_code
  WHERE v.city = $1 AND v.known_at <= $2::timestamp
  ORDER BY coalesce(m.employer, v.credit_code), v.credit_code = coalesce(m.employer, v.credit_code) DESC, v.credit_code COLLATE "C",
    v.known_at DESC, v.received_at DESC, v.run_id DESC, v.file_no DESC, v.line DESC
), weight AS (
  SELECT credit_code, sought FROM unnest($3::text[], $4::bigint[]) AS given (credit_code, sought)
), everyone AS (
  SELECT chain, region, count(*) AS enterprises, coalesce(sum(sought), 0) AS weight_all
  FROM enterprise LEFT JOIN weight USING (credit_code)
  GROUP BY chain, region
), wave AS (
  SELECT DISTINCT survey_wave FROM hiring_plan_versions WHERE city = $1 AND known_at <= $2::timestamp
), answer AS (
  SELECT DISTINCT h.survey_wave, coalesce(m.employer, h.credit_code) AS credit_code
  FROM hiring_plan_versions h LEFT JOIN employer m ON m.credit_code = h.credit_code
  WHERE h.city = $1 AND h.known_at <= $2::timestamp
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
