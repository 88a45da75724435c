-- An officer's word about an alert that stays where it stands.
-- $1 city, $2 fingerprint, $3 opened on, $4 note
UPDATE alerts SET note = $4 WHERE city = $1 AND fingerprint = $2 AND opened_on = $3::date
