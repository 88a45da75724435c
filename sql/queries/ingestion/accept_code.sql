-- Puts a credit code on the accept list.
-- $1 city, $2 code, $3 reason, $4 who accepts it, $5 the run's clock (unix seconds)
INSERT INTO accepted_codes (city, credit_code, reason, accepted_by, accepted_at)
VALUES ($1, $2, $3, $4, to_timestamp($5::double precision))
ON CONFLICT (city, credit_code) DO NOTHING;
