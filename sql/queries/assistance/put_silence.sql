-- Quiet for one alert, with a reason and an end.
-- $1 city, $2 id, $3 fingerprint, $4 start, $5 end (seconds since 1970), $6 actor, $7 reason
INSERT INTO silences (city, silence_id, fingerprint, starts_at, ends_at, actor, reason)
VALUES ($1, $2, $3, to_timestamp($4::double precision), to_timestamp($5::double precision), $6, $7)
