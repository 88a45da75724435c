-- Who answered each survey wave, of the employers of the register: by stratum (chain x region x size class), by each of the three alone, and in
-- the whole city? Linked enterprises are one employer, in the stratum of the code that stands for them (of another of its codes where the register does not
-- know that one): what one of its codes answered, it answered. `weighted_rate` weighs each employer by its newest headcount, told in a survey or in
-- monitoring, as shortfall/employment.sql does; employers that never told one are counted in `headcount_unknown` and have no weight. Fewer than five
-- persons are not told. `not_in_register` counts answers of employers that the register does not know.
-- $1 city, $2 known until (local time)
WITH employer AS (
  SELECT credit_code, enterprise, employer FROM enterprise_employers
   WHERE city = $1 AND valid_from <= $2::timestamp AND valid_to > $2::timestamp
), absorber AS (
  SELECT enterprise, absorber, since FROM enterprise_mergers
   WHERE city = $1 AND valid_from <= $2::timestamp AND valid_to > $2::timestamp
), register AS (
  SELECT DISTINCT ON (v.credit_code) v.credit_code, coalesce(m.employer, v.credit_code) AS employer, chain, region, size_class, registered_on
    FROM enterprise_versions v
    LEFT JOIN employer m ON m.credit_code = v.credit_code
   WHERE v.city = $1 AND v.known_at <= $2::timestamp
   ORDER BY v.credit_code, v.known_at DESC, v.received_at DESC, v.run_id DESC, v.file_no DESC, v.line DESC
), enterprise AS (
  SELECT DISTINCT ON (employer) employer AS credit_code, coalesce(chain, '') AS chain, region, coalesce(size_class, '') AS size_class,
         min(coalesce(registered_on, '-infinity')) OVER (PARTITION BY employer) AS registered_on
    FROM register
   ORDER BY employer, credit_code = employer DESC, credit_code COLLATE "C"
), answer AS (
  SELECT DISTINCT h.survey_wave, coalesce(m.employer, h.credit_code) AS credit_code
    FROM hiring_plan_versions h
    LEFT JOIN employer m ON m.credit_code = h.credit_code
   WHERE h.city = $1 AND h.known_at <= $2::timestamp
), wave AS (
  SELECT DISTINCT survey_wave FROM answer
), figure AS (
  SELECT credit_code, month, known_at, headcount FROM headcount_versions WHERE city = $1 AND known_at <= $2::timestamp
  UNION ALL
  SELECT credit_code, survey_wave, known_at, headcount FROM hiring_plan_versions
   WHERE city = $1 AND known_at <= $2::timestamp AND headcount IS NOT NULL
), newest AS (
  SELECT DISTINCT ON (coalesce(m.enterprise, f.credit_code)) coalesce(m.enterprise, f.credit_code) AS enterprise,
         coalesce(m.employer, f.credit_code) AS employer, f.month, f.headcount
    FROM figure f
    LEFT JOIN employer m ON m.credit_code = f.credit_code
   ORDER BY coalesce(m.enterprise, f.credit_code), f.month DESC, f.known_at DESC, f.headcount DESC
), weight AS (
  SELECT n.employer AS credit_code, sum(n.headcount) AS headcount
    FROM newest n
   WHERE NOT EXISTS (SELECT FROM absorber a JOIN newest whole ON whole.enterprise = a.absorber
                      WHERE a.enterprise = n.enterprise AND whole.month >= a.since)
   GROUP BY n.employer
), sample AS (
  -- Whoever was registered after the wave's month could not answer it.
  SELECT w.survey_wave, e.chain, e.region, e.size_class, p.headcount, a.credit_code IS NOT NULL AS answered
    FROM wave w
    JOIN enterprise e ON e.registered_on < w.survey_wave + interval '1 month'
    LEFT JOIN weight p ON p.credit_code = e.credit_code
    LEFT JOIN answer a ON a.survey_wave = w.survey_wave AND a.credit_code = e.credit_code
), rate AS (
  SELECT survey_wave, grouping(chain, region, size_class) AS summed, chain, region, size_class, count(*) AS enterprises,
         count(*) FILTER (WHERE answered) AS answered, count(*) FILTER (WHERE headcount IS NULL) AS headcount_unknown,
         sum(headcount) AS headcount, coalesce(sum(headcount) FILTER (WHERE answered), 0) AS headcount_answered
    FROM sample
   GROUP BY GROUPING SETS ((survey_wave, chain, region, size_class), (survey_wave, chain), (survey_wave, region),
                           (survey_wave, size_class), (survey_wave))
)
SELECT to_char(survey_wave, 'YYYY-MM') AS survey_wave,
       CASE summed WHEN 0 THEN 'stratum' WHEN 3 THEN 'chain' WHEN 5 THEN 'region' WHEN 6 THEN 'size_class' ELSE 'city' END AS level,
       coalesce(chain, '') AS chain, coalesce(region, '') AS region, coalesce(size_class, '') AS size_class, enterprises, answered,
       round(answered::numeric / enterprises, 4) AS rate, CASE WHEN headcount >= 5 THEN headcount END AS headcount,
       CASE WHEN headcount >= 5 AND (headcount_answered >= 5 OR headcount_answered = 0) THEN headcount_answered END AS headcount_answered,
       CASE WHEN headcount >= 5 AND (headcount_answered >= 5 OR headcount_answered = 0)
            THEN round(headcount_answered::numeric / headcount, 4) END AS weighted_rate,
       headcount_unknown,
       CASE summed WHEN 7 THEN (SELECT count(*) FROM answer a
                                 WHERE a.survey_wave = rate.survey_wave
                                   AND a.credit_code NOT IN (SELECT credit_code FROM enterprise)) END AS not_in_register
  FROM rate
 ORDER BY rate.survey_wave, summed DESC, chain COLLATE "C", region COLLATE "C", size_class COLLATE "C"
