-- How many persons does each employer of a chain employ by the register, and which report that is due has it not filed?
-- $1 city, $2 known_until (timestamp); days from the first day of a wave ($3) or month ($4) after which its reports are overdue, null: never;
-- $5 share of the most reporters of the last 18 months with whom a wave or month counts as filed.
-- Persons: as in shortfall/employment.sql, but where nothing stands in for an employer of no known size class. Linked enterprises are one employer: what one
-- of its codes filed, it filed. A wave or month is due in a region where it is overdue and that share has filed it, in the city and, where three or more
-- used to report, in the region: what nobody filed is a finding about the feed, not about an employer. Everybody of the register is asked for plans (not for a
-- wave before it was registered); for headcounts, who reported for an earlier month. Who filed a later one is not missing.
WITH employer AS (
  SELECT credit_code, enterprise, employer FROM enterprise_employers
  WHERE city = $1 AND valid_from <= $2::timestamp AND valid_to > $2::timestamp
), absorber AS (
  SELECT enterprise, absorber, since FROM enterprise_mergers
  WHERE city = $1 AND valid_from <= $2::timestamp AND valid_to > $2::timestamp
), register AS (
  SELECT DISTINCT ON (v.credit_code) v.credit_code, coalesce(m.employer, v.credit_code) AS employer, v.chain, v.region, v.size_class, v.registered_on
  FROM enterprise_versions v LEFT JOIN employer m ON m.credit_code = v.credit_code
  WHERE v.city = $1 AND v.known_at <= $2::timestamp
  ORDER BY v.credit_code, v.known_at DESC, v.received_at DESC, v.run_id DESC, v.file_no DESC, v.line DESC
), enterprise AS (
  SELECT DISTINCT ON (employer) employer AS credit_code, coalesce(chain, '') AS chain, region, nullif(size_class, '') AS size_class,
    min(coalesce(registered_on, '-infinity')) OVER (PARTITION BY employer) AS registered_on
  FROM register ORDER BY employer, credit_code = employer DESC, credit_code COLLATE "C"
), report AS (
  SELECT 'headcount' AS feed, credit_code, month AS period, known_at, received_at, run_id, file_no, line, headcount FROM headcount_versions
  WHERE city = $1 AND known_at <= $2::timestamp AND month > $2::timestamp - interval '18 months'
  UNION ALL
  SELECT 'hiring_plans', credit_code, survey_wave, known_at, received_at, run_id, file_no, line, headcount FROM hiring_plan_versions
  WHERE city = $1 AND known_at <= $2::timestamp AND survey_wave > $2::timestamp - interval '18 months'
), newest AS (
  SELECT DISTINCT ON (coalesce(m.enterprise, r.credit_code)) coalesce(m.enterprise, r.credit_code) AS enterprise,
    coalesce(m.employer, r.credit_code) AS employer, r.period, r.headcount
  FROM report r LEFT JOIN employer m ON m.credit_code = r.credit_code
  WHERE r.headcount IS NOT NULL AND r.period > $2::timestamp - interval '12 months'
  ORDER BY coalesce(m.enterprise, r.credit_code), r.period DESC, r.known_at DESC, r.received_at DESC, r.run_id DESC, r.file_no DESC, r.line DESC,
    r.headcount DESC
), told AS (
  SELECT n.employer AS credit_code, sum(n.headcount)::double precision AS headcount
  FROM newest n
  WHERE NOT EXISTS (
    SELECT FROM absorber a JOIN newest whole ON whole.enterprise = a.absorber
    WHERE a.enterprise = n.enterprise AND whole.period >= a.since)
  GROUP BY n.employer
), known AS (
  SELECT e.credit_code, e.chain, e.region, e.size_class, e.registered_on, t.headcount FROM enterprise e LEFT JOIN told t USING (credit_code)
), stratum AS (
  SELECT chain, size_class, percentile_cont(0.5) WITHIN GROUP (ORDER BY headcount) AS middle
  FROM known WHERE headcount IS NOT NULL AND size_class IS NOT NULL GROUP BY chain, size_class HAVING count(*) >= 3
), size AS (
  SELECT size_class, percentile_cont(0.5) WITHIN GROUP (ORDER BY headcount) AS middle
  FROM known WHERE headcount IS NOT NULL AND size_class IS NOT NULL GROUP BY size_class
), filed AS (
  SELECT DISTINCT r.feed, r.period, e.region, e.credit_code
  FROM report r LEFT JOIN employer m ON m.credit_code = r.credit_code
  JOIN enterprise e ON e.credit_code = coalesce(m.employer, r.credit_code)
), reporters AS (
  SELECT feed, period, region, grouping(region) = 1 AS is_city, count(*) AS firms
  FROM filed GROUP BY GROUPING SETS ((feed, period, region), (feed, period))
), usual AS (
  SELECT feed, region, is_city, max(firms) AS most FROM reporters GROUP BY feed, region, is_city
), due AS (
  SELECT DISTINCT ON (here.feed, here.region) here.feed, here.region, all_of.period
  FROM usual here
  JOIN usual whole ON whole.feed = here.feed AND whole.is_city
  JOIN reporters all_of ON all_of.feed = here.feed AND all_of.is_city
  LEFT JOIN reporters own ON own.feed = here.feed AND own.period = all_of.period AND NOT own.is_city AND own.region = here.region
  WHERE NOT here.is_city AND all_of.period + CASE here.feed WHEN 'hiring_plans' THEN $3::integer ELSE $4::integer END < $2::date
    AND all_of.firms >= $5::double precision * whole.most
    AND (here.most < 3 OR coalesce(own.firms, 0) >= $5::double precision * here.most)
  ORDER BY here.feed, here.region, all_of.period DESC
), last AS (
  SELECT feed, credit_code, max(period) AS last_period FROM filed GROUP BY feed, credit_code
)
SELECT k.credit_code, k.chain, k.region, coalesce(k.headcount, t.middle, s.middle) AS persons,
  CASE WHEN k.registered_on < p.period + interval '1 month' AND coalesce(a.last_period < p.period, true) THEN p.period END AS plans_wave,
  CASE WHEN b.last_period < h.period THEN h.period END AS headcount_month
FROM known k
LEFT JOIN stratum t ON t.chain = k.chain AND t.size_class = k.size_class
LEFT JOIN size s ON s.size_class = k.size_class
LEFT JOIN due p ON p.feed = 'hiring_plans' AND p.region = k.region
LEFT JOIN due h ON h.feed = 'headcount' AND h.region = k.region
LEFT JOIN last a ON a.feed = 'hiring_plans' AND a.credit_code = k.credit_code
LEFT JOIN last b ON b.feed = 'headcount' AND b.credit_code = k.credit_code
WHERE k.chain <> '' AND coalesce(k.headcount, t.middle, s.middle) IS NOT NULL
ORDER BY k.chain, k.region, k.credit_code COLLATE "C"
