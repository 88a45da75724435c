-- How far a feed's source was pulled.
-- $1 city, $2 name of the feed's description
SELECT mark, etag, modified, request_sha256
  FROM source_marks
 WHERE city = $1 AND feed = $2;
