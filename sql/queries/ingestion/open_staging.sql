-- Makes a city's staging tables of a feed where they are missing. Outside the file's transaction, so that cities never wait for each other.
-- $1 city, $2 feed
SELECT open_staging($1, $2);
