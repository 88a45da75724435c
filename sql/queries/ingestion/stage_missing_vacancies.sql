-- Notes the records of the feed vacancies that a full export misses.
-- $1 city, $2 where a version of each stands
INSERT INTO staging_records (city, scope, record, kind)
SELECT $1, v.source, v.posting_id, 'missing'
  FROM vacancy_versions v
 WHERE v.ctid = ANY ($2::text[]::tid[]);
