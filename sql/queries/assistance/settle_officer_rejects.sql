-- Closes the rejected rows about alerts of which a later row was taken.
-- $1 city, $2 run, $3 fingerprints
UPDATE quarantine q
   SET status = 'corrected', resolved_run_id = $2
 WHERE q.city = $1 AND q.feed = 'alerts' AND q.status = 'open'
   AND EXISTS (SELECT FROM unnest($3::text[]) AS f (fingerprint) WHERE starts_with(convert_from(q.raw, 'UTF8'), f.fingerprint || '@'))
