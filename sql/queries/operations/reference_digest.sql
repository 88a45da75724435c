-- The digest of the reference data that is loaded for a city; no row where none is.
-- $1 city
SELECT reference_sha256 FROM cities WHERE city = $1;
