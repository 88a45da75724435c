-- Who answered each survey wave, of the enterprises of the register: by stratum (chain x region x size class), by each of the three alone, and in
-- the whole city? `weighted_rate` weighs each enterprise by its newest headcount, told in a survey or in monitoring; enterprises that
-- never told one are counted in `headcount_unknown` and have no weight. Fewer than five persons are not told. `not_in_register` counts
-- answers of enterprises that the register does not know.
-- $1 city, $2 known until (local time)
WITH enterprise AS (
  SELECT DISTINCT ON (credit_code) credit_code, coalesce(chain, '') AS chain, region, coalesce(size_class, '') AS size_class, registered_on
    FROM enterprise_versions
   WHERE city = $1 AND known_at <= $2::timestamp
   ORDER BY credit_code, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
), answer AS (
  SELECT DISTINCT survey_wave, credit_code FROM hiring_plan_versions WHERE city = $1 AND known_at <= $2::timestamp
), wave AS (
  SELECT DISTINCT survey_wave FROM answer
), figure AS (
  SELECT credit_code, month, known_at, headcount FROM headcount_versions WHERE city = $1 AND known_at <= $2::timestamp
  UNION ALL
  SELECT credit_code, survey_wave, known_at, headcount FROM hiring_plan_versions
   WHERE city = $1 AND known_at <= $2::timestamp AND headcount IS NOT NULL
), weight AS (
  SELECT DISTINCT ON (credit_code) credit_code, headcount FROM figure ORDER BY credit_code, month DESC, known_at DESC, headcount DESC
), sample AS (
  -- Whoever was registered after the wave's month could not answer it.
  SELECT w.survey_wave, e.chain, e.region, e.size_class, p.headcount, a.credit_code IS NOT NULL AS answered
    FROM wave w
    JOIN enterprise e ON e.registered_on IS NULL OR e.registered_on < w.survey_wave + interval '1 month'
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
