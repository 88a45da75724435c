-- Records that an attempt to send a message begins, before anything is sent: its number, and which it is since the message was new or its
-- operator let it try again.
-- $1 city, $2 message id, $3 the real clock (seconds since 1970)
WITH begun AS (
  UPDATE outbox SET status = 'sending', attempts = attempts + 1
   WHERE city = $1 AND message_id = $2 AND status IN ('pending', 'sending')
  RETURNING attempts, attempts - attempts_forgiven AS counted
), noted AS (
  INSERT INTO delivery_attempts (city, message_id, attempt_no, started_at, detail)
  SELECT $1, $2, attempts, to_timestamp($3::double precision), '' FROM begun
)
SELECT attempts, counted FROM begun
