-- The versions of the feed unemployment that have the key of a staged row: the same columns as in stored_unemployment.
COPY (
SELECT v.person, v.registered_on, v.known_at, v.content_hash, v.line = 0, v.ctid
  FROM (SELECT DISTINCT city, person, registered_on FROM staging_unemployment
         WHERE city = (SELECT current_setting('labourwatch.city'))) s
  JOIN unemployment_versions v ON v.city = s.city AND v.person = s.person AND v.registered_on = s.registered_on
) TO STDOUT (FORMAT binary);
