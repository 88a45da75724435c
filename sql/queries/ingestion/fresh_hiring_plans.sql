-- The rows of the staged file of the feed hiring_plans whose version (key, known_at and content) is not stored, without their content, each
-- with the newest moment that is stored of its key. A table of its own, because only so the join with all that is stored runs on several
-- processors; it lives within the file's transaction. A statement that makes a table takes no parameters: the city comes from merge_settings.
CREATE UNLOGGED TABLE staging_fresh AS
SELECT s.line, s.repeated, s.credit_code, s.survey_wave, s.period, s.occupation, s.known_at, s.content_hash,
       (SELECT max(v.known_at)
          FROM hiring_plan_versions v
         WHERE v.city = current_setting('labourwatch.city')
           AND v.credit_code = s.credit_code AND v.survey_wave = s.survey_wave AND v.period = s.period AND v.occupation = s.occupation) AS newest
  FROM staging_hiring_plans s
 WHERE s.rejection IS NULL
   AND NOT EXISTS (SELECT FROM hiring_plan_versions v
                    WHERE v.city = current_setting('labourwatch.city')
                      AND v.credit_code = s.credit_code
                      AND v.survey_wave = s.survey_wave
                      AND v.period = s.period
                      AND v.occupation = s.occupation
                      AND v.known_at = s.known_at
                      AND v.content_hash = s.content_hash);
