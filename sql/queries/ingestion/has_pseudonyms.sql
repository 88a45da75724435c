-- Whether persons of a city are stored under a pseudonym.
-- $1 city
SELECT EXISTS (SELECT FROM unemployment_versions WHERE city = $1);
