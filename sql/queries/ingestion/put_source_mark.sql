-- Remembers how far a feed's source was pulled.
-- $1 city, $2 name of the feed's description, $3 watermark, $4 ETag, $5 Last-Modified, $6 SHA-256 of the request, $7 run id,
-- $8 the run's clock (unix seconds)
INSERT INTO source_marks (city, feed, mark, etag, modified, request_sha256, run_id, pulled_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8::double precision))
ON CONFLICT (city, feed) DO UPDATE
SET mark = EXCLUDED.mark, etag = EXCLUDED.etag, modified = EXCLUDED.modified, request_sha256 = EXCLUDED.request_sha256,
    run_id = EXCLUDED.run_id, pulled_at = EXCLUDED.pulled_at;
