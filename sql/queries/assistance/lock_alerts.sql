-- Holds all alerts of some nodes until the transaction ends: between the look at a filled-in list and what it changes nobody else decides.
-- $1 city, $2 fingerprints
SELECT fingerprint
  FROM alerts
 WHERE city = $1 AND fingerprint = ANY ($2::text[])
 ORDER BY fingerprint, opened_on
   FOR UPDATE
