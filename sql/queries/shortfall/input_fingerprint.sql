-- Has anything that a forecast reads changed? Versions are only ever added, so the number of those known tells within one database, and
-- number and checksum tell between databases. Which postings are one job follows from the versions, the rule in force, and the reference data.
-- $1 city, $2 known_until (timestamp)
SELECT concat_ws(' ',
  (SELECT concat_ws(':', count(*), sum(content_hash & 4294967295)) FROM enterprise_versions WHERE city = $1 AND known_at <= $2::timestamp),
  (SELECT concat_ws(':', count(*), sum(content_hash & 4294967295)) FROM vacancy_versions WHERE city = $1 AND known_at <= $2::timestamp),
  (SELECT concat_ws(':', count(*), sum(content_hash & 4294967295)) FROM hiring_plan_versions WHERE city = $1 AND known_at <= $2::timestamp),
  (SELECT concat_ws(':', count(*), sum(content_hash & 4294967295)) FROM unemployment_versions WHERE city = $1 AND known_at <= $2::timestamp),
  (SELECT concat_ws(':', count(*), sum(content_hash & 4294967295)) FROM headcount_versions WHERE city = $1 AND known_at <= $2::timestamp),
  (SELECT concat_ws(':', count(*), sum(content_hash & 4294967295)) FROM supply_pipeline_versions WHERE city = $1 AND known_at <= $2::timestamp),
  (SELECT concat_ws(':', count(*), sum(content_hash & 4294967295)) FROM indicator_versions WHERE city = $1 AND known_at <= $2::timestamp),
  (SELECT md5(document) FROM job_rules WHERE city = $1 AND valid_from <= $2::timestamp AND valid_to > $2::timestamp)
) AS fingerprint,
  EXISTS (SELECT FROM vacancy_versions WHERE city = $1 AND known_at <= $2::timestamp) AS has_postings,
  EXISTS (SELECT FROM indicator_versions WHERE city = $1 AND known_at <= $2::timestamp) AS has_totals
