-- What was each team told last on each channel? Messages that failed for good or were cancelled told nobody anything.
-- $1 city, $2 night: only messages up to it
SELECT DISTINCT ON (channel, team) channel, team, night, told
  FROM outbox
 WHERE city = $1 AND night <= $2::date AND status IN ('pending', 'sending', 'sent')
 ORDER BY channel, team, night DESC, created_at DESC, run_id DESC
