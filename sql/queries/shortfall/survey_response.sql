-- How many employers of each chain and region answered each survey wave, and how much of all recruiting do they stand for?
-- $1 city, $2 known_until (timestamp). An employer's weight is the number of persons it has sought in jobs so far. Linked enterprises are one
-- employer, in the chain and region of the code that stands for them (of another of its codes where the register does not know that one).
WITH employer AS (
  SELECT credit_code, enterprise, employer, absorbed_on FROM enterprise_employers
  WHERE city = $1 AND valid_from <= $2::timestamp AND valid_to > $2::timestamp
), follower AS MATERIALIZED (
  SELECT d.source, d.posting_id, d.job_source, d.job_posting_id
  FROM job_decisions d JOIN job_rules r ON r.city = $1 AND r.version = d.rule_version
  WHERE d.city = $1 AND r.valid_from <= $2::timestamp AND r.valid_to > $2::timestamp AND d.since <= $2::timestamp
), enterprise AS (
  SELECT DISTINCT ON (coalesce(m.employer, v.credit_code)) coalesce(m.employer, v.credit_code) AS credit_code,
    coalesce(v.chain, '') AS chain, v.region
  FROM enterprise_versions v LEFT JOIN employer m ON m.credit_code = v.credit_code
  WHERE v.city = $1 AND v.known_at <= $2::timestamp
  ORDER BY coalesce(m.employer, v.credit_code), v.credit_code = coalesce(m.employer, v.credit_code) DESC, v.credit_code COLLATE "C",
    v.known_at DESC, v.received_at DESC, v.run_id DESC, v.file_no DESC, v.line DESC
), weight AS (
  SELECT credit_code, sum(sought) AS sought
  FROM (
    SELECT coalesce(m.employer, v.credit_code) AS credit_code, max(v.headcount) AS sought
    FROM vacancy_versions v
    LEFT JOIN employer m ON m.credit_code = v.credit_code
    LEFT JOIN follower f ON f.source = v.source AND f.posting_id = v.posting_id
    WHERE v.city = $1 AND v.known_at <= $2::timestamp
    GROUP BY coalesce(m.employer, v.credit_code), coalesce(f.job_source, v.source), coalesce(f.job_posting_id, v.posting_id)
  ) job
  GROUP BY credit_code
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
