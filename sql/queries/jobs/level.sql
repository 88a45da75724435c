-- How many postings are open, how many jobs are they by a rule, and how many persons do the jobs seek?
-- $1 city, $2 known_until (timestamp), $3 rule version; null: every posting is a job of its own
WITH state AS (
  SELECT DISTINCT ON (coalesce(d.job_source, v.source), coalesce(d.job_posting_id, v.posting_id)) v.status, v.headcount, v.filled, v.posted_on,
    v.closes_on
  FROM vacancy_versions v
  LEFT JOIN job_decisions d ON d.city = $1 AND d.rule_version = $3 AND d.source = v.source AND d.posting_id = v.posting_id
    AND d.since <= $2::timestamp
  WHERE v.city = $1 AND v.known_at <= $2::timestamp
  ORDER BY coalesce(d.job_source, v.source), coalesce(d.job_posting_id, v.posting_id), v.known_at DESC, v.source DESC, v.posting_id DESC,
    v.received_at DESC, v.run_id DESC, v.file_no DESC, v.line DESC
)
SELECT count(*) AS jobs, coalesce(sum(headcount - filled), 0)::bigint AS persons
FROM state
WHERE status = 'open' AND headcount > filled AND posted_on <= $2::timestamp AND (closes_on IS NULL OR closes_on >= $2::timestamp::date)
