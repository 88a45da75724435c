-- Takes a credit code off the accept list; its row stays, with who took it off and why. Gives the codes that stood there.
-- $1 city, $2 codes, $3 reason, $4 who withdraws it, $5 the run's clock (unix seconds)
UPDATE accepted_codes
   SET withdrawn_at = to_timestamp($5::double precision), withdrawn_by = $4, withdrawal_reason = $3
 WHERE city = $1 AND credit_code = ANY ($2::text[]) AND withdrawn_at IS NULL
RETURNING credit_code;
