-- Enters a city or changes what is told of it.
-- $1 city, $2 name, $3 time zone, $4 language, $5 digest of the reference data
INSERT INTO cities (city, name, time_zone, language, reference_sha256) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (city) DO UPDATE
   SET name = excluded.name, time_zone = excluded.time_zone, language = excluded.language,
       reference_sha256 = excluded.reference_sha256;
