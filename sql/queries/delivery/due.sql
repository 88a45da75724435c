-- The messages to be sent now, those that wait longest first. `sending`: the program was gone before it knew how its attempt ended.
-- $1 city, $2 the real clock (seconds since 1970)
SELECT message_id, channel, team, night, created_at, level, recipients, subject, body, attempts, status
  FROM outbox
 WHERE city = $1 AND (status = 'sending' OR (status = 'pending' AND next_attempt_at <= to_timestamp($2::double precision)))
 ORDER BY created_at, team COLLATE "C", channel COLLATE "C", message_id COLLATE "C"
