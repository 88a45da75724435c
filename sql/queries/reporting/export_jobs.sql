-- Every decision that a posting is the same job as an earlier one, by every rule of the profile.
-- $1 city
SELECT d.rule_version, d.job_source, d.job_posting_id, d.source, d.posting_id, d.since, array_to_string(d.criteria, '|') AS criteria, d.run_id,
       d.decided_at
  FROM job_decisions d
 WHERE d.city = $1
 ORDER BY d.rule_version COLLATE "C", d.job_source COLLATE "C", d.job_posting_id COLLATE "C", d.since, d.source COLLATE "C",
       d.posting_id COLLATE "C"
