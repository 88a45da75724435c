-- A message that its operator lets try again gets as many attempts as a new one: those before do not count against it. They are kept.
ALTER TABLE outbox ADD COLUMN attempts_forgiven integer NOT NULL DEFAULT 0;  -- attempts made before the newest `delivery retry`
