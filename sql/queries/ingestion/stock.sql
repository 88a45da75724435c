-- How many versions does a feed have, about? Are there full exports of it, and when was the newest but for the file at hand?
-- $1 city, $2 feed, $3 table, $4 SHA-256 of the file
SELECT greatest(c.reltuples, pg_relation_size(c.oid) / 400)::bigint AS versions,
       EXISTS (SELECT FROM full_exports WHERE city = $1 AND feed = $2) AS has_exports,
       (SELECT max(moment) FROM full_exports WHERE city = $1 AND feed = $2 AND file_sha256 <> $4) AS newest_export
  FROM pg_class c WHERE c.oid = to_regclass($3);
