-- Records how an attempt ended, and what becomes of the message: sent, failed for good, or pending until its next attempt.
-- The documents of a message that failed stay: its operator may let it try again.
-- $1 city, $2 message id, $3 number of the attempt, $4 the real clock (seconds since 1970), $5 outcome, $6 receipt or error,
-- $7 status of the message, $8 next attempt (seconds since 1970)
WITH ended AS (
  UPDATE delivery_attempts SET ended_at = to_timestamp($4::double precision), outcome = $5, detail = $6
   WHERE city = $1 AND message_id = $2 AND attempt_no = $3::integer
), done AS (
  DELETE FROM outbox_attachments WHERE city = $1 AND message_id = $2 AND $7 = 'sent'
)
UPDATE outbox
   SET status = $7, next_attempt_at = to_timestamp($8::double precision),
       finished_at = CASE WHEN $7 <> 'pending' THEN to_timestamp($4::double precision) END
 WHERE city = $1 AND message_id = $2
