-- Leaves a message for later without an attempt.
-- $1 city, $2 message id, $3 next attempt (seconds since 1970)
UPDATE outbox SET status = 'pending', next_attempt_at = to_timestamp($3::double precision)
 WHERE city = $1 AND message_id = $2 AND status IN ('pending', 'sending')
