-- An operator's word on messages: they are tried again, with as many attempts as a new one, or cancelled.
-- $1 city, $2 beginning of the message id, $3 statuses from, $4 status to, $5 the real clock (seconds since 1970)
WITH changed AS (
  UPDATE outbox
     SET status = $4, attempts_forgiven = CASE WHEN $4 = 'pending' THEN attempts ELSE attempts_forgiven END,
         next_attempt_at = to_timestamp($5::double precision),
         finished_at = CASE WHEN $4 = 'cancelled' THEN to_timestamp($5::double precision) END
   WHERE city = $1 AND starts_with(message_id, $2) AND status = ANY ($3::text[])
  RETURNING message_id
), dropped AS (
  DELETE FROM outbox_attachments a USING changed c WHERE a.city = $1 AND a.message_id = c.message_id AND $4 = 'cancelled'
)
SELECT message_id FROM changed ORDER BY message_id COLLATE "C"
