-- Closes the rejected rows about alerts of which a later row was taken. A rejected row begins with its alert's number.
-- $1 city, $2 run, $3 fingerprints
UPDATE quarantine q
   SET status = 'corrected', resolved_run_id = $2
  FROM (SELECT convert_to(fingerprint || '@', 'UTF8') AS beginning FROM unnest($3::text[]) AS f (fingerprint)) w
 WHERE q.city = $1 AND q.feed = 'alerts' AND q.status = 'open' AND substring(q.raw FROM 1 FOR octet_length(w.beginning)) = w.beginning
