-- The versions of the feed outcomes that have the key of a staged row: the same columns as in stored_outcomes.
COPY (
SELECT v.indicator, v.region, v.month, v.known_at, v.content_hash, v.line = 0, v.ctid
  FROM (SELECT DISTINCT city, indicator, region, month FROM staging_outcomes
         WHERE city = (SELECT current_setting('labourwatch.city'))) s
  JOIN outcome_versions v ON v.city = s.city AND v.indicator = s.indicator AND v.region = s.region AND v.month = s.month
) TO STDOUT (FORMAT binary);
