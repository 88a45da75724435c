-- The candidates as they were first announced (the version that became known first; of several the one with the smallest hash, whatever order
-- the files came in), employer by employer, in the order in which they became known. Postings that became known when the rule was in force no
-- more are left out: nothing that is asked as of its time sees them.
-- $1 city, $2 whether only the employers in staging_job_employers are meant, $3 when the rule ceases to be in force (timestamp)
DECLARE job_postings NO SCROLL CURSOR FOR
SELECT coalesce(l.employer, f.credit_code) AS employer, c.source, c.posting_id, f.credit_code, f.known_at, f.posted_on, f.occupation, f.region,
  f.title, f.headcount, f.salary_min, f.salary_max, f.education, coalesce(f.channel, '') AS channel, f.job
FROM staging_job_candidates c
CROSS JOIN LATERAL (
  SELECT v.credit_code, v.known_at, v.posted_on, v.occupation, v.region, v.title, v.headcount, v.salary_min, v.salary_max, v.education,
    v.channel, v.job
  FROM vacancy_versions v
  WHERE v.city = $1 AND v.source = c.source AND v.posting_id = c.posting_id
  ORDER BY v.known_at, v.content_hash
  LIMIT 1
) f
LEFT JOIN enterprise_employers l ON l.city = $1 AND l.credit_code = f.credit_code AND l.valid_to = 'infinity'
WHERE c.city = $1 AND f.known_at < $3::timestamp
  AND (NOT $2::boolean OR coalesce(l.employer, f.credit_code) IN (SELECT employer FROM staging_job_employers WHERE city = $1))
ORDER BY coalesce(l.employer, f.credit_code) COLLATE "C", f.known_at, c.source COLLATE "C", c.posting_id COLLATE "C"
