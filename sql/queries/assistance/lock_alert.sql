-- The newest alert of a fingerprint, held until the transaction ends: between an officer's look and decision nobody else decides.
-- $1 city, $2 fingerprint
SELECT fingerprint, opened_on, kind, chain, region, occupation, team, level, status, officer, evaluated_for, closed_on,
       measure, hired
  FROM alerts
 WHERE city = $1 AND fingerprint = $2
 ORDER BY opened_on DESC
 LIMIT 1
   FOR UPDATE
