-- Remembers the check of the key under which a city's persons are stored.
-- $1 city, $2 check value, $3 the run's clock (unix seconds)
INSERT INTO pseudonym_keys (city, check_value, first_used_at)
VALUES ($1, $2, to_timestamp($3::double precision))
ON CONFLICT (city) DO NOTHING;
