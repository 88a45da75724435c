-- Whether an officer said something about an alert before: an event of the same kind, or the same words.
-- $1 city, $2 fingerprint, $3 opened on, $4 officer, $5 event, $6 words that its reason begins with
SELECT EXISTS (SELECT FROM alert_events
                WHERE city = $1 AND fingerprint = $2 AND opened_on = $3::date AND actor = $4
                  AND (event = $5 OR starts_with(reason, $6))) AS said
