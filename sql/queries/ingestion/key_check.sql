-- The check of the key under which a city's persons are stored; no row: no key was used yet.
-- $1 city
SELECT check_value FROM pseudonym_keys WHERE city = $1;
