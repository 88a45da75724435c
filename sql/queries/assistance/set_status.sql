-- An officer's decision about an alert.
-- $1 city, $2 fingerprint, $3 opened on, $4 status, $5 officer, $6 closed on or null, $7 measure or null, $8 hired or null, $9 note or null:
-- where these are null, what was said before stays
UPDATE alerts
   SET status = $4, officer = $5, closed_on = $6::date, measure = coalesce($7, measure), hired = coalesce($8::integer, hired),
       note = coalesce($9, note)
 WHERE city = $1 AND fingerprint = $2 AND opened_on = $3::date
