-- Which employers' postings must be decided anew: those of every version stored after a run, and those that a posting with such a version was
-- decided for before (its first version may name another enterprise now).
-- $1 city, $2 rule version, $3 the last run that is decided
WITH fresh AS (
  SELECT v.source, v.posting_id, coalesce(l.employer, v.credit_code) AS employer
  FROM vacancy_versions v
  LEFT JOIN enterprise_employers l ON l.city = $1 AND l.credit_code = v.credit_code AND l.valid_to = 'infinity'
  WHERE v.city = $1 AND v.run_id > $3::bigint
)
INSERT INTO staging_job_employers (city, employer)
SELECT $1, employer FROM fresh
UNION
SELECT $1, d.employer FROM job_decisions d
WHERE d.city = $1 AND d.rule_version = $2
  AND ((d.source, d.posting_id) IN (SELECT source, posting_id FROM fresh)
    OR (d.job_source, d.job_posting_id) IN (SELECT source, posting_id FROM fresh))
