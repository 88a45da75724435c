-- Puts a message into the outbox, unless it is there: the same decision made again is the same message.
-- $1 city, $2 message id, $3 channel, $4 team, $5 night, $6 run, $7 the run's clock (seconds since 1970), $8 reason, $9 level, $10 told,
-- $11 recipients, $12 subject, $13 body, $14 the real clock (seconds since 1970)
INSERT INTO outbox (city, message_id, channel, team, night, run_id, created_at, reason, level, told, recipients, subject, body,
                    status, attempts, next_attempt_at)
VALUES ($1, $2, $3, $4, $5::date, $6, to_timestamp($7::double precision), $8, $9, $10::jsonb, $11::text[], $12, $13, 'pending', 0,
        to_timestamp($14::double precision))
ON CONFLICT (city, message_id) DO NOTHING
RETURNING message_id
