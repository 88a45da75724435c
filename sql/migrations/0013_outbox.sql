-- Messages to officers. A message is written in the transaction of the decision that it tells of, and sent afterwards: what a crash interrupts
-- is sent by the next run, and what was sent stays known.

CREATE TABLE outbox (
  city          text NOT NULL,
  message_id    text NOT NULL,               -- SHA-256 of what the message is about: the idempotency key that channels are given
  channel       text NOT NULL,               -- its name in delivery.yaml
  team          text NOT NULL,               -- region code; the city's own code for the list of all
  night         date NOT NULL,
  run_id        bigint NOT NULL,
  created_at    timestamptz NOT NULL,        -- the run's clock
  reason        text NOT NULL,               -- why it goes out
  level         text NOT NULL,               -- the gravest that it tells of; none: it only tells of what is over
  told          jsonb NOT NULL,              -- level of each alert by fingerprint: what the next night compares with
  recipients    text[] NOT NULL,             -- mail addresses; empty for channels that know their own
  subject       text NOT NULL,
  body          text NOT NULL,               -- Markdown
  status        text NOT NULL CHECK (status IN ('pending', 'sending', 'sent', 'failed', 'cancelled')),
  attempts      integer NOT NULL,
  next_attempt_at timestamptz NOT NULL,      -- the real clock: pending messages are not tried before it
  finished_at   timestamptz,                 -- the real clock: sent, failed or cancelled
  PRIMARY KEY (city, message_id),
  FOREIGN KEY (city, run_id) REFERENCES runs (city, run_id)
);
CREATE INDEX outbox_due ON outbox (city, next_attempt_at) WHERE status IN ('pending', 'sending');
CREATE INDEX outbox_told ON outbox (city, channel, team, night);

-- The documents of a message. They are taken away once it is sent, failed or cancelled.
CREATE TABLE outbox_attachments (
  city          text NOT NULL,
  message_id    text NOT NULL,
  attachment_no integer NOT NULL,
  name          text NOT NULL,
  media_type    text NOT NULL,
  content       bytea NOT NULL,
  PRIMARY KEY (city, message_id, attachment_no),
  FOREIGN KEY (city, message_id) REFERENCES outbox (city, message_id)
);

-- Every attempt to send a message, kept for good: who was told what and when.
CREATE TABLE delivery_attempts (
  city          text NOT NULL,
  message_id    text NOT NULL,
  attempt_no    integer NOT NULL,
  started_at    timestamptz NOT NULL,        -- the real clock
  ended_at      timestamptz,                 -- null: the program was gone before it knew how the attempt ended
  outcome       text CHECK (outcome IN ('sent', 'recoverable', 'final')),
  detail        text NOT NULL,               -- the channel's receipt or error, never a secret
  PRIMARY KEY (city, message_id, attempt_no),
  FOREIGN KEY (city, message_id) REFERENCES outbox (city, message_id)
);
