-- The versions of the feed hiring_plans that have the key of a staged row: the same columns as in stored_hiring_plans.
COPY (
SELECT v.credit_code, v.survey_wave, v.period, v.occupation, v.known_at, v.content_hash, v.line = 0, v.ctid
  FROM (SELECT DISTINCT city, credit_code, survey_wave, period, occupation FROM staging_hiring_plans
         WHERE city = (SELECT current_setting('labourwatch.city'))) s
  JOIN hiring_plan_versions v ON v.city = s.city AND v.credit_code = s.credit_code AND v.survey_wave = s.survey_wave AND v.period = s.period AND v.occupation = s.occupation
) TO STDOUT (FORMAT binary);
