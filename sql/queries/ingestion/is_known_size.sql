-- Whether a file of that size stands in the ledger of a feed.
-- $1 city, $2 feed, $3 bytes
SELECT EXISTS (SELECT FROM run_files WHERE city = $1 AND feed = $2 AND bytes = $3);
