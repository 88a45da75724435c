-- Which postings make up the job that a posting belongs to, as far as known at a moment, by which rule and criteria?
-- $1 city, $2 source, $3 posting, $4 known_until (timestamp)
WITH rule AS (
  SELECT version, valid_from FROM job_rules WHERE city = $1 AND valid_from <= $4::timestamp AND valid_to > $4::timestamp
), job AS (
  SELECT coalesce(min(d.job_source), $2) AS source, coalesce(min(d.job_posting_id), $3) AS posting_id
  FROM job_decisions d
  WHERE d.city = $1 AND d.rule_version = (SELECT version FROM rule) AND d.source = $2 AND d.posting_id = $3 AND d.since <= $4::timestamp
), member AS (
  SELECT source, posting_id, NULL::timestamp AS since, NULL::text[] AS criteria, NULL::bigint AS run_id, NULL::timestamptz AS decided_at FROM job
  UNION ALL
  SELECT d.source, d.posting_id, d.since, d.criteria, d.run_id, d.decided_at
  FROM job_decisions d JOIN job j ON d.job_source = j.source AND d.job_posting_id = j.posting_id
  WHERE d.city = $1 AND d.rule_version = (SELECT version FROM rule) AND d.since <= $4::timestamp
)
SELECT (SELECT version FROM rule) AS rule_version, m.source, m.posting_id, m.since, array_to_string(m.criteria, ', ') AS criteria, m.run_id,
  to_char(m.decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS decided_at,
  first.known_at AS first_known_at, first.credit_code, first.enterprise_name, first.channel, first.region, first.occupation, first.title,
  first.posted_on, first.salary_min, first.salary_max, first.headcount AS announced,
  newest.known_at AS newest_known_at, newest.headcount, newest.filled, newest.status, newest.closes_on,
  row_number() OVER (ORDER BY newest.known_at DESC, m.source DESC, m.posting_id DESC) = 1 AS stands
FROM member m
CROSS JOIN LATERAL (
  SELECT * FROM vacancy_versions v
  WHERE v.city = $1 AND v.source = m.source AND v.posting_id = m.posting_id AND v.known_at <= $4::timestamp
  ORDER BY v.known_at, v.content_hash LIMIT 1
) first
CROSS JOIN LATERAL (
  SELECT * FROM vacancy_versions v
  WHERE v.city = $1 AND v.source = m.source AND v.posting_id = m.posting_id AND v.known_at <= $4::timestamp
  ORDER BY v.known_at DESC, v.received_at DESC, v.run_id DESC, v.file_no DESC, v.line DESC LIMIT 1
) newest
ORDER BY m.since NULLS FIRST, m.source COLLATE "C", m.posting_id COLLATE "C"
