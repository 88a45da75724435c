-- What do open postings offer (middle of the bounds, a month): the median by cell, by larger node, and by occupation in the whole city?
-- $1 city, $2 known_until (timestamp). A dimension that is summed over is null. No offer, no row (the empty set would still be one).
-- Postings that are one job are one offer, the newest.
WITH enterprise AS (
  SELECT DISTINCT ON (credit_code) credit_code, chain
  FROM enterprise_versions WHERE city = $1 AND known_at <= $2::timestamp
  ORDER BY credit_code, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
), follower AS MATERIALIZED (
  SELECT d.source, d.posting_id, d.job_source, d.job_posting_id
  FROM job_decisions d JOIN job_rules r ON r.city = $1 AND r.version = d.rule_version
  WHERE d.city = $1 AND r.valid_from <= $2::timestamp AND r.valid_to > $2::timestamp AND d.since <= $2::timestamp
), state AS (
  SELECT v.credit_code, v.chain, v.region, v.occupation, v.salary_min, v.salary_max, v.status, v.headcount, v.filled, v.closes_on,
    lead(v.known_at) OVER (
      PARTITION BY coalesce(f.job_source, v.source), coalesce(f.job_posting_id, v.posting_id)
      ORDER BY v.known_at, v.source, v.posting_id, v.received_at, v.run_id, v.file_no, v.line
    ) AS next_known_at
  FROM vacancy_versions v
  LEFT JOIN follower f ON f.source = v.source AND f.posting_id = v.posting_id
  WHERE v.city = $1 AND v.known_at <= $2::timestamp
), offer AS (
  SELECT coalesce(s.chain, e.chain, '') AS chain, s.region, s.occupation,
    (coalesce(s.salary_min, s.salary_max) + coalesce(s.salary_max, s.salary_min)) / 2 AS salary
  FROM state s LEFT JOIN enterprise e USING (credit_code)
  WHERE s.next_known_at IS NULL AND s.status = 'open' AND s.headcount > s.filled
    AND (s.closes_on IS NULL OR s.closes_on >= $2::timestamp::date)
    AND coalesce(s.salary_min, s.salary_max) IS NOT NULL
)
SELECT chain, region, occupation, percentile_cont(0.5) WITHIN GROUP (ORDER BY salary) AS salary
FROM offer
GROUP BY GROUPING SETS ((chain, region, occupation), (chain, region), (chain), (region), (occupation), ())
HAVING count(*) > 0
ORDER BY chain NULLS FIRST, region NULLS FIRST, occupation NULLS FIRST
