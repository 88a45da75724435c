-- An officer's decision about an alert.
-- $1 city, $2 fingerprint, $3 opened on, $4 status, $5 officer, $6 closed on or null, $7 measure or null, $8 hired or null
UPDATE alerts
   SET status = $4, officer = $5, closed_on = $6::date, measure = $7, hired = $8::integer
 WHERE city = $1 AND fingerprint = $2 AND opened_on = $3::date
