-- When may the next message be tried (seconds since 1970)? Null where none waits.
-- $1 city
SELECT extract(epoch FROM min(next_attempt_at))::double precision FROM outbox WHERE city = $1 AND status IN ('pending', 'sending')
