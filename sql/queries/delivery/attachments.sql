-- The documents of a message.
-- $1 city, $2 message id
SELECT name, media_type, content
  FROM outbox_attachments
 WHERE city = $1 AND message_id = $2
 ORDER BY attachment_no
