-- Puts a credit code on the accept list, unless it stands there.
-- $1 city, $2 code, $3 reason, $4 who accepts it, $5 the run's clock (unix seconds)
INSERT INTO accepted_codes (city, credit_code, reason, accepted_by, accepted_at)
SELECT $1, $2, $3, $4, to_timestamp($5::double precision)
 WHERE NOT EXISTS (SELECT FROM accepted_codes WHERE city = $1 AND credit_code = $2 AND withdrawn_at IS NULL)
ON CONFLICT (city, credit_code, accepted_at) DO UPDATE
   SET reason = excluded.reason, accepted_by = excluded.accepted_by, withdrawn_at = NULL, withdrawn_by = NULL,
       withdrawal_reason = NULL;
