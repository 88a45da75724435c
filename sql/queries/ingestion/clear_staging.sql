-- Empties a city's staging tables of a feed.
-- $1 city, $2 feed
SELECT clear_staging($1, $2);
