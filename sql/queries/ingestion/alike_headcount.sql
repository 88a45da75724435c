-- The versions of the feed headcount that have the key of a staged row: the same columns as in stored_headcount.
COPY (
SELECT v.credit_code, v.month, v.known_at, v.content_hash, v.line = 0, v.ctid
  FROM (SELECT DISTINCT city, credit_code, month FROM staging_headcount
         WHERE city = (SELECT current_setting('labourwatch.city'))) s
  JOIN headcount_versions v ON v.city = s.city AND v.credit_code = s.credit_code AND v.month = s.month
) TO STDOUT (FORMAT binary);
