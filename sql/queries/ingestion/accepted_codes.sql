-- The codes that are taken although their check digit is wrong.
-- $1 city
SELECT credit_code FROM accepted_codes WHERE city = $1 AND withdrawn_at IS NULL ORDER BY credit_code;
