-- How many persons do the enterprises of each chain and region employ?
-- $1 city, $2 known_until (timestamp). An enterprise's figure is the newest of the last 12 months, from unemployment monitoring or a survey wave;
-- without one the median of its chain and size class stands in, else of its size class, else of all (medians: one giant must not count
-- for others). The enterprises with figures of their own are taken as they are, also the largest.
WITH enterprise AS (
  SELECT DISTINCT ON (credit_code) credit_code, coalesce(chain, '') AS chain, region, coalesce(size_class, '') AS size_class
  FROM enterprise_versions WHERE city = $1 AND known_at <= $2::timestamp
  ORDER BY credit_code, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
), figure AS (
  SELECT credit_code, month, known_at, received_at, run_id, file_no, line, headcount FROM headcount_versions
  WHERE city = $1 AND known_at <= $2::timestamp AND month > $2::timestamp - interval '12 months'
  UNION ALL
  SELECT credit_code, survey_wave, known_at, received_at, run_id, file_no, line, headcount FROM hiring_plan_versions
  WHERE city = $1 AND known_at <= $2::timestamp AND survey_wave > $2::timestamp - interval '12 months' AND headcount IS NOT NULL
), newest AS (
  SELECT DISTINCT ON (credit_code) credit_code, headcount
  FROM figure
  ORDER BY credit_code, month DESC, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC, headcount DESC
), known AS (
  SELECT e.credit_code, e.chain, e.region, e.size_class, n.headcount FROM enterprise e LEFT JOIN newest n USING (credit_code)
), stratum AS (
  SELECT chain, size_class, percentile_cont(0.5) WITHIN GROUP (ORDER BY headcount) AS middle
  FROM known WHERE headcount IS NOT NULL GROUP BY chain, size_class HAVING count(*) >= 3
), size AS (
  SELECT size_class, percentile_cont(0.5) WITHIN GROUP (ORDER BY headcount) AS middle
  FROM known WHERE headcount IS NOT NULL GROUP BY size_class
), whole AS (
  SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY headcount) AS middle FROM known WHERE headcount IS NOT NULL
)
SELECT k.chain, k.region, sum(coalesce(k.headcount, t.middle, s.middle, w.middle)) AS employed,
  coalesce(sum(k.headcount), 0)::double precision AS reported
FROM known k
LEFT JOIN stratum t ON t.chain = k.chain AND t.size_class = k.size_class
LEFT JOIN size s ON s.size_class = k.size_class
CROSS JOIN whole w
WHERE w.middle IS NOT NULL
GROUP BY k.chain, k.region
ORDER BY k.chain, k.region
