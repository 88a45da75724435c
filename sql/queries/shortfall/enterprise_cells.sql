-- Which employers hold the openings, the plans and the recruiting of the last year in each cell?
-- $1 city, $2 known_until (timestamp), $3 months of plans ahead. Postings that are decided to be one job count once, as the newest version of
-- any of them says; linked enterprises are one employer, under the code that stands for them at that moment.
WITH enterprise AS (
  SELECT DISTINCT ON (credit_code) credit_code, chain, region
  FROM enterprise_versions WHERE city = $1 AND known_at <= $2::timestamp
  ORDER BY credit_code, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
), employer AS (
  SELECT credit_code, enterprise, employer, absorbed_on FROM enterprise_employers
  WHERE city = $1 AND valid_from <= $2::timestamp AND valid_to > $2::timestamp
), follower AS MATERIALIZED (
  SELECT d.source, d.posting_id, d.job_source, d.job_posting_id
  FROM job_decisions d JOIN job_rules r ON r.city = $1 AND r.version = d.rule_version
  WHERE d.city = $1 AND r.valid_from <= $2::timestamp AND r.valid_to > $2::timestamp AND d.since <= $2::timestamp
), job AS (
  SELECT DISTINCT ON (coalesce(f.job_source, v.source), coalesce(f.job_posting_id, v.posting_id)) v.credit_code, v.chain, v.region,
    v.occupation, v.headcount, v.posted_on, v.salary_min, v.salary_max,
    CASE WHEN v.status = 'open' AND v.posted_on <= $2::timestamp AND (v.closes_on IS NULL OR v.closes_on >= $2::timestamp::date)
      THEN greatest(v.headcount - v.filled, 0) ELSE 0 END AS gap
  FROM vacancy_versions v
  LEFT JOIN follower f ON f.source = v.source AND f.posting_id = v.posting_id
  WHERE v.city = $1 AND v.known_at <= $2::timestamp
  ORDER BY coalesce(f.job_source, v.source), coalesce(f.job_posting_id, v.posting_id), v.known_at DESC, v.source DESC, v.posting_id DESC,
    v.received_at DESC, v.run_id DESC, v.file_no DESC, v.line DESC
), recruiting AS (
  SELECT coalesce(m.employer, j.credit_code) AS credit_code, coalesce(j.chain, e.chain, '') AS chain, j.region, j.occupation,
    sum(j.gap) AS openings,
    min(j.posted_on) FILTER (WHERE j.gap > 0) AS oldest_posted_on,
    min(j.salary_min) FILTER (WHERE j.gap > 0) AS salary_min, max(j.salary_max) FILTER (WHERE j.gap > 0) AS salary_max,
    sum(j.headcount) FILTER (WHERE j.posted_on > $2::timestamp - interval '12 months') AS sought
  FROM job j LEFT JOIN employer m ON m.credit_code = j.credit_code
  LEFT JOIN enterprise e ON e.credit_code = j.credit_code
  WHERE j.gap > 0 OR j.posted_on > $2::timestamp - interval '12 months'
  GROUP BY coalesce(m.employer, j.credit_code), coalesce(j.chain, e.chain, ''), j.region, j.occupation
), statement AS (
  SELECT DISTINCT ON (coalesce(m.enterprise, h.credit_code), h.period, h.occupation) h.credit_code,
    coalesce(m.employer, h.credit_code) AS employer, h.occupation, h.chain, h.region, h.planned_hires
  FROM hiring_plan_versions h LEFT JOIN employer m ON m.credit_code = h.credit_code
  WHERE h.city = $1 AND h.known_at <= $2::timestamp
    AND h.period > $2::timestamp AND h.period <= $2::timestamp + make_interval(months => $3::integer)
  ORDER BY coalesce(m.enterprise, h.credit_code), h.period, h.occupation, h.survey_wave DESC, h.known_at DESC, h.received_at DESC,
    h.run_id DESC, h.file_no DESC, h.line DESC
), plan AS (
  SELECT s.employer AS credit_code, coalesce(s.chain, e.chain, '') AS chain, coalesce(s.region, e.region, '') AS region, s.occupation,
    sum(s.planned_hires) AS planned
  FROM statement s LEFT JOIN enterprise e ON e.credit_code = s.credit_code
  GROUP BY s.employer, coalesce(s.chain, e.chain, ''), coalesce(s.region, e.region, ''), s.occupation
)
SELECT credit_code, chain, region, occupation, coalesce(r.openings, 0)::bigint AS openings, r.oldest_posted_on, r.salary_min,
  r.salary_max, coalesce(r.sought, 0)::bigint AS sought, p.planned::bigint AS planned
FROM recruiting r FULL JOIN plan p USING (credit_code, chain, region, occupation)
WHERE coalesce(r.openings, 0) > 0 OR coalesce(r.sought, 0) > 0 OR coalesce(p.planned, 0) > 0
ORDER BY chain, region, occupation, credit_code
