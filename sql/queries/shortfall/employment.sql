-- How many persons do the enterprises of each chain and region employ?
-- $1 city, $2 known_until (timestamp). An enterprise's figure is the newest of the last 12 months, from unemployment monitoring or a survey wave;
-- without one the median of its chain and size class stands in, else of its size class, else of all (medians: one giant must not count
-- for others). The enterprises with figures of their own are taken as they are, also the largest.
-- Codes of one enterprise have one figure. An enterprise that was merged into another adds its last figure to that one's until that one, or one into
-- which that was merged in turn, has reported for the month of the merger or a later one: from then on its report speaks for both.
WITH employer AS (
  SELECT credit_code, enterprise, employer FROM enterprise_employers
  WHERE city = $1 AND valid_from <= $2::timestamp AND valid_to > $2::timestamp
), absorber AS (
  SELECT enterprise, absorber, since FROM enterprise_mergers
  WHERE city = $1 AND valid_from <= $2::timestamp AND valid_to > $2::timestamp
), enterprise AS (
  SELECT DISTINCT ON (coalesce(m.employer, v.credit_code)) coalesce(m.employer, v.credit_code) AS credit_code,
    coalesce(v.chain, '') AS chain, v.region, coalesce(v.size_class, '') AS size_class
  FROM enterprise_versions v LEFT JOIN employer m ON m.credit_code = v.credit_code
  WHERE v.city = $1 AND v.known_at <= $2::timestamp
  ORDER BY coalesce(m.employer, v.credit_code), v.credit_code = coalesce(m.employer, v.credit_code) DESC, v.credit_code COLLATE "C",
    v.known_at DESC, v.received_at DESC, v.run_id DESC, v.file_no DESC, v.line DESC
), figure AS (
  SELECT credit_code, month, known_at, received_at, run_id, file_no, line, headcount FROM headcount_versions
  WHERE city = $1 AND known_at <= $2::timestamp AND month > $2::timestamp - interval '12 months'
  UNION ALL
  SELECT credit_code, survey_wave, known_at, received_at, run_id, file_no, line, headcount FROM hiring_plan_versions
  WHERE city = $1 AND known_at <= $2::timestamp AND survey_wave > $2::timestamp - interval '12 months' AND headcount IS NOT NULL
), newest AS (
  SELECT DISTINCT ON (coalesce(m.enterprise, f.credit_code)) coalesce(m.enterprise, f.credit_code) AS enterprise,
    coalesce(m.employer, f.credit_code) AS employer, f.month, f.headcount
  FROM figure f LEFT JOIN employer m ON m.credit_code = f.credit_code
  ORDER BY coalesce(m.enterprise, f.credit_code), f.month DESC, f.known_at DESC, f.received_at DESC, f.run_id DESC, f.file_no DESC,
    f.line DESC, f.headcount DESC
), reported AS (
  SELECT n.employer AS credit_code, sum(n.headcount)::integer AS headcount
  FROM newest n
  WHERE NOT EXISTS (
    SELECT FROM absorber a JOIN newest whole ON whole.enterprise = a.absorber
    WHERE a.enterprise = n.enterprise AND whole.month >= a.since)
  GROUP BY n.employer
), known AS (
  SELECT e.credit_code, e.chain, e.region, e.size_class, n.headcount FROM enterprise e LEFT JOIN reported n USING (credit_code)
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
