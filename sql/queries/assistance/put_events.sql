-- Adds one event to the story of each of some alerts.
-- $1 city, $2 run or null, $3 moment (seconds since 1970), $4 actor, $5 [{"fingerprint", "opened_on", "event", "level", "reason"}, …]
INSERT INTO alert_events (city, fingerprint, opened_on, event_no, at, actor, event, level, reason, run_id)
SELECT $1, r.fingerprint, r.opened_on,
       coalesce((SELECT max(e.event_no) FROM alert_events e
                  WHERE e.city = $1 AND e.fingerprint = r.fingerprint AND e.opened_on = r.opened_on), 0) + 1,
       to_timestamp($3::double precision), $4, r.event, r.level, r.reason, $2
  FROM jsonb_to_recordset($5::jsonb) AS r (fingerprint text, opened_on date, event text, level text, reason text)
