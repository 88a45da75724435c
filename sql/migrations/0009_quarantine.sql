-- What a clerk mends: rows corrected by hand, the accept list with its history, and a check of the key of the pseudonyms.

-- `corrected`: a clerk's correction of the row was taken; the file's own row is not looked at again.
ALTER TABLE quarantine DROP CONSTRAINT quarantine_status_check;
ALTER TABLE quarantine ADD CONSTRAINT quarantine_status_check CHECK (status IN ('open', 'replayed', 'corrected'));

-- An acceptance may be withdrawn, and the code be accepted anew: each acceptance is a row of its own.
ALTER TABLE accepted_codes ADD COLUMN withdrawn_at timestamptz;
ALTER TABLE accepted_codes ADD COLUMN withdrawn_by text;
ALTER TABLE accepted_codes ADD COLUMN withdrawal_reason text;
ALTER TABLE accepted_codes DROP CONSTRAINT accepted_codes_pkey;
ALTER TABLE accepted_codes ADD PRIMARY KEY (city, credit_code, accepted_at);

-- Tells whether the key of the pseudonyms is still the one under which persons are stored: a keyed digest of a fixed text, from which the
-- key cannot be had back. The key itself is never here.
CREATE TABLE pseudonym_keys (
  city          text PRIMARY KEY,
  check_value   bytea NOT NULL,
  first_used_at timestamptz NOT NULL         -- the run's clock
);
