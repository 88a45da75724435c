-- Has anything that a forecast reads changed? Versions are only ever added, so number and checksum of those known tell.
-- $1 city, $2 known_until (timestamp)
SELECT concat_ws(' ',
  (SELECT concat_ws(':', count(*), bit_xor(content_hash), max(run_id)) FROM enterprise_versions WHERE city = $1 AND known_at <= $2::timestamp),
  (SELECT concat_ws(':', count(*), bit_xor(content_hash), max(run_id)) FROM vacancy_versions WHERE city = $1 AND known_at <= $2::timestamp),
  (SELECT concat_ws(':', count(*), bit_xor(content_hash), max(run_id)) FROM hiring_plan_versions WHERE city = $1 AND known_at <= $2::timestamp),
  (SELECT concat_ws(':', count(*), bit_xor(content_hash), max(run_id)) FROM unemployment_versions WHERE city = $1 AND known_at <= $2::timestamp),
  (SELECT concat_ws(':', count(*), bit_xor(content_hash), max(run_id)) FROM headcount_versions WHERE city = $1 AND known_at <= $2::timestamp),
  (SELECT concat_ws(':', count(*), bit_xor(content_hash), max(run_id)) FROM supply_pipeline_versions WHERE city = $1 AND known_at <= $2::timestamp),
  (SELECT concat_ws(':', count(*), bit_xor(content_hash), max(run_id)) FROM indicator_versions WHERE city = $1 AND known_at <= $2::timestamp)
) AS fingerprint,
  EXISTS (SELECT FROM vacancy_versions WHERE city = $1 AND known_at <= $2::timestamp) AS has_postings,
  EXISTS (SELECT FROM indicator_versions WHERE city = $1 AND known_at <= $2::timestamp) AS has_totals
