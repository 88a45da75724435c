-- The messages, the newest first, with the last thing that is known of each.
-- $1 city, $2 whether those that were sent or cancelled are wanted too, $3 at most so many
SELECT o.message_id, o.night, o.channel, o.team, o.level, o.status, o.attempts, o.created_at, o.next_attempt_at, o.finished_at,
       o.subject, o.reason, coalesce(a.detail, '') AS detail
  FROM outbox o
  LEFT JOIN delivery_attempts a ON a.city = $1 AND a.message_id = o.message_id AND a.attempt_no = o.attempts
 WHERE o.city = $1 AND ($2::boolean OR o.status NOT IN ('sent', 'cancelled'))
 ORDER BY o.created_at DESC, o.team COLLATE "C", o.channel COLLATE "C", o.message_id COLLATE "C"
 LIMIT $3::integer
