-- The rows of the staged file of the feed outcomes whose version (key, known_at and content) is not stored, without their content, each
-- with the newest moment that is stored of its key. A table of its own, because only so the join with all that is stored runs on several
-- processors; it lives within the file's transaction. A statement that makes a table takes no parameters: the city comes from merge_settings.
CREATE UNLOGGED TABLE staging_fresh AS
SELECT s.line, s.repeated, s.indicator, s.region, s.month, s.known_at, s.content_hash,
       (SELECT max(v.known_at)
          FROM outcome_versions v
         WHERE v.city = current_setting('labourwatch.city')
           AND v.indicator = s.indicator AND v.region = s.region AND v.month = s.month) AS newest
  FROM staging_outcomes s
 WHERE s.rejection IS NULL
   AND NOT EXISTS (SELECT FROM outcome_versions v
                    WHERE v.city = current_setting('labourwatch.city')
                      AND v.indicator = s.indicator
                      AND v.region = s.region
                      AND v.month = s.month
                      AND v.known_at = s.known_at
                      AND v.content_hash = s.content_hash);
