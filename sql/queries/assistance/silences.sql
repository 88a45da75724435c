-- Who asked for quiet about which alert until when?
-- $1 city, $2 moment (seconds since 1970): only silences that have not ended
SELECT silence_id, fingerprint, starts_at, ends_at, actor, reason
  FROM silences
 WHERE city = $1 AND ends_at > to_timestamp($2::double precision)
 ORDER BY silence_id
