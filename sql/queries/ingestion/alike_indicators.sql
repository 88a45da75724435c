-- The versions of the feed indicators that have the key of a staged row: the same columns as in stored_indicators.
COPY (
SELECT v.series, v.region, v.chain, v.month, v.known_at, v.content_hash, v.line = 0, v.ctid
  FROM (SELECT DISTINCT city, series, region, chain, month FROM staging_indicators
         WHERE city = (SELECT current_setting('labourwatch.city'))) s
  JOIN indicator_versions v ON v.city = s.city AND v.series = s.series AND v.region = s.region AND v.chain = s.chain AND v.month = s.month
) TO STDOUT (FORMAT binary);
