-- Which enterprises hold the openings, the plans and the recruiting of the last year in each cell?
-- $1 city, $2 known_until (timestamp), $3 months of plans ahead. Postings that share a job count once, the largest.
WITH enterprise AS (
  SELECT DISTINCT ON (credit_code) credit_code, chain, region
  FROM enterprise_versions WHERE city = $1 AND known_at <= $2::timestamp
  ORDER BY credit_code, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
), posting AS (
  SELECT DISTINCT ON (source, posting_id) source, posting_id, coalesce(job, posting_id) AS job, credit_code, chain, region, occupation,
    headcount, status, posted_on, closes_on, salary_min, salary_max,
    CASE WHEN status = 'open' AND posted_on <= $2::timestamp AND (closes_on IS NULL OR closes_on >= $2::timestamp::date)
      THEN greatest(headcount - filled, 0) ELSE 0 END AS gap
  FROM vacancy_versions
  WHERE city = $1 AND known_at <= $2::timestamp
  ORDER BY source, posting_id, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
), job AS (
  SELECT DISTINCT ON (source, job) credit_code, chain, region, occupation, headcount, posted_on, salary_min, salary_max, gap
  FROM posting
  WHERE gap > 0 OR posted_on > $2::timestamp - interval '12 months'
  ORDER BY source, job, gap DESC, posting_id
), recruiting AS (
  SELECT j.credit_code, coalesce(j.chain, e.chain, '') AS chain, j.region, j.occupation, sum(j.gap) AS openings,
    min(j.posted_on) FILTER (WHERE j.gap > 0) AS oldest_posted_on,
    min(j.salary_min) FILTER (WHERE j.gap > 0) AS salary_min, max(j.salary_max) FILTER (WHERE j.gap > 0) AS salary_max,
    sum(j.headcount) FILTER (WHERE j.posted_on > $2::timestamp - interval '12 months') AS sought
  FROM job j LEFT JOIN enterprise e ON e.credit_code = j.credit_code
  GROUP BY j.credit_code, coalesce(j.chain, e.chain, ''), j.region, j.occupation
), statement AS (
  SELECT DISTINCT ON (credit_code, period, occupation) credit_code, occupation, chain, region, planned_hires
  FROM hiring_plan_versions
  WHERE city = $1 AND known_at <= $2::timestamp
    AND period > $2::timestamp AND period <= $2::timestamp + make_interval(months => $3::integer)
  ORDER BY credit_code, period, occupation, survey_wave DESC, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
), plan AS (
  SELECT s.credit_code, coalesce(s.chain, e.chain, '') AS chain, coalesce(s.region, e.region, '') AS region, s.occupation,
    sum(s.planned_hires) AS planned
  FROM statement s LEFT JOIN enterprise e ON e.credit_code = s.credit_code
  GROUP BY s.credit_code, coalesce(s.chain, e.chain, ''), coalesce(s.region, e.region, ''), s.occupation
)
SELECT credit_code, chain, region, occupation, coalesce(r.openings, 0)::bigint AS openings, r.oldest_posted_on, r.salary_min,
  r.salary_max, coalesce(r.sought, 0)::bigint AS sought, p.planned::bigint AS planned
FROM recruiting r FULL JOIN plan p USING (credit_code, chain, region, occupation)
WHERE coalesce(r.openings, 0) > 0 OR coalesce(r.sought, 0) > 0 OR coalesce(p.planned, 0) > 0
ORDER BY chain, region, occupation, credit_code
