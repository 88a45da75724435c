-- Puts the staged decisions in the place of those that stood for the same employers; what did not change is not written.
-- $1 city, $2 rule version, $3 run id, $4 the run's clock (unix seconds), $5 whether only the employers in staging_job_employers are meant
WITH withdrawn AS (
  DELETE FROM job_decisions d
  WHERE d.city = $1 AND d.rule_version = $2
    AND (NOT $5::boolean OR d.employer IN (SELECT employer FROM staging_job_employers WHERE city = $1))
    AND NOT EXISTS (SELECT FROM staging_job_decisions s WHERE s.city = $1 AND s.source = d.source AND s.posting_id = d.posting_id)
  RETURNING 1
), made AS (
  INSERT INTO job_decisions (city, rule_version, source, posting_id, job_source, job_posting_id, employer, since, criteria, run_id, decided_at)
  SELECT $1, $2, s.source, s.posting_id, s.job_source, s.job_posting_id, s.employer, s.since, s.criteria, $3,
    to_timestamp($4::double precision)
  FROM staging_job_decisions s
  WHERE s.city = $1
  ON CONFLICT (city, rule_version, source, posting_id) DO UPDATE
     SET job_source = excluded.job_source, job_posting_id = excluded.job_posting_id, employer = excluded.employer, since = excluded.since,
         criteria = excluded.criteria, run_id = excluded.run_id, decided_at = excluded.decided_at
   WHERE (job_decisions.job_source, job_decisions.job_posting_id, job_decisions.employer, job_decisions.since, job_decisions.criteria)
         IS DISTINCT FROM (excluded.job_source, excluded.job_posting_id, excluded.employer, excluded.since, excluded.criteria)
  RETURNING 1
)
SELECT (SELECT count(*) FROM made) AS made, (SELECT count(*) FROM withdrawn) AS withdrawn
