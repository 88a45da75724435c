-- The attempts of one message.
-- $1 city, $2 message id
SELECT attempt_no, started_at, ended_at, outcome, detail
  FROM delivery_attempts
 WHERE city = $1 AND message_id = $2
 ORDER BY attempt_no
