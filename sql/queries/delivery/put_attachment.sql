-- Adds a document to a message that was just put into the outbox.
-- $1 city, $2 message id, $3 number, $4 name, $5 media type, $6 content
INSERT INTO outbox_attachments (city, message_id, attachment_no, name, media_type, content)
VALUES ($1, $2, $3::integer, $4, $5, $6::bytea)
