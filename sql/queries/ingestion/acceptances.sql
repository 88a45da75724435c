-- The accept list with its history: who accepted which code when and why, and who withdrew it.
-- $1 city
SELECT credit_code, to_char(accepted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"') AS accepted_at, accepted_by, reason,
       to_char(withdrawn_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"') AS withdrawn_at, withdrawn_by, withdrawal_reason
  FROM accepted_codes
 WHERE city = $1
 ORDER BY accepted_codes.accepted_at, credit_code;
