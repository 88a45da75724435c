-- Notes the records of the feed unemployment that a full export misses.
-- $1 city, $2 where a version of each stands
INSERT INTO staging_records (city, scope, record, kind)
SELECT $1, '', encode(v.person, 'hex') || ' ' || v.registered_on, 'missing'
  FROM unemployment_versions v
 WHERE v.ctid = ANY ($2::text[]::tid[]);
