-- Enters a rule, or how far it is decided.
-- $1 city, $2 version, $3 in force from, $4 until, $5 document, $6 digest of the employers, $7 the newest run that is decided, $8 the run's clock
-- (unix seconds)
INSERT INTO job_rules (city, version, valid_from, valid_to, document, links_sha256, decided_run_id, decided_at)
VALUES ($1, $2, $3::timestamp, $4::timestamp, $5, $6, $7, to_timestamp($8::double precision))
ON CONFLICT (city, version) DO UPDATE
   SET valid_from = excluded.valid_from, valid_to = excluded.valid_to, links_sha256 = excluded.links_sha256,
       decided_run_id = excluded.decided_run_id, decided_at = excluded.decided_at
