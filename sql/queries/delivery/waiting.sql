-- How many messages wait to be sent?
-- $1 city
SELECT count(*) FROM outbox WHERE city = $1 AND status IN ('pending', 'sending')
