-- What do open postings offer (middle of the bounds, a month): the median by cell, by larger node, and by occupation in the whole city?
-- $1 city, $2 known_until (timestamp). A dimension that is summed over is null. No offer, no row (the empty set would still be one).
WITH enterprise AS (
  SELECT DISTINCT ON (credit_code) credit_code, chain
  FROM enterprise_versions WHERE city = $1 AND known_at <= $2::timestamp
  ORDER BY credit_code, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
), state AS (
  SELECT credit_code, chain, region, occupation, salary_min, salary_max, status, headcount, filled, closes_on,
    lead(known_at) OVER (
      PARTITION BY source, posting_id ORDER BY known_at, received_at, run_id, file_no, line
    ) AS next_known_at
  FROM vacancy_versions
  WHERE city = $1 AND known_at <= $2::timestamp
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
