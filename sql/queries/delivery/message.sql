-- One message by the beginning of its id.
-- $1 city, $2 beginning of the id
SELECT message_id, night, channel, team, level, status, attempts, created_at, next_attempt_at, finished_at, recipients, subject, body,
       reason
  FROM outbox
 WHERE city = $1 AND starts_with(message_id, $2)
 ORDER BY message_id COLLATE "C"
 LIMIT 2
