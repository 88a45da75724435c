-- Records that an attempt to send a message begins, before anything is sent.
-- $1 city, $2 message id, $3 the real clock (seconds since 1970)
WITH begun AS (
  UPDATE outbox SET status = 'sending', attempts = attempts + 1
   WHERE city = $1 AND message_id = $2 AND status IN ('pending', 'sending')
  RETURNING attempts
)
INSERT INTO delivery_attempts (city, message_id, attempt_no, started_at, detail)
SELECT $1, $2, attempts, to_timestamp($3::double precision), '' FROM begun
RETURNING attempt_no
