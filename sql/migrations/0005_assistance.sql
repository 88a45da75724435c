-- Decisions and lists: alerts with their life, what each night's lists said, and when officers want quiet.

-- An alert is about one node of the hierarchy (or one feed: data-quality alerts) and lives over many nights.
CREATE TABLE alerts (
  city          text NOT NULL,
  fingerprint   text NOT NULL,               -- stable: kind and node
  opened_on     date NOT NULL,               -- a node that was resolved and comes back opens a new one
  kind          text NOT NULL,               -- shortage, data
  chain         text NOT NULL,
  region        text NOT NULL,
  occupation    text NOT NULL,
  team          text NOT NULL,               -- the region whose assistance team owns it
  level         text NOT NULL CHECK (level IN ('red', 'orange', 'yellow', 'blue')),
  status        text NOT NULL CHECK (status IN ('open', 'claimed', 'acting', 'resolved', 'lapsed')),
  officer       text,
  calm_periods  integer NOT NULL,            -- nights in a row on which a lower level would do
  calm_level    text NOT NULL,               -- the highest level seen on those nights; none: no level at all
  evaluated_for date NOT NULL,               -- the night of the newest evaluation
  run_id        bigint NOT NULL,             -- of that evaluation
  closed_on     date,                        -- the night or day on which it was resolved or lapsed
  measure       text,                        -- resolved: the measure (levers.code) that helped most
  hired         integer,                     -- resolved: persons hired
  PRIMARY KEY (city, fingerprint, opened_on)
);
CREATE INDEX alerts_live ON alerts (city, team, status);

CREATE TABLE alert_events (
  city          text NOT NULL,
  fingerprint   text NOT NULL,
  opened_on     date NOT NULL,
  event_no      integer NOT NULL,
  at            timestamptz NOT NULL,
  actor         text NOT NULL,               -- an officer's name, or `nightly`
  event         text NOT NULL,               -- opened, raised, lowered, claimed, acting, resolved, lapsed, silenced, noted
  level         text NOT NULL,
  reason        text NOT NULL,
  run_id        bigint,
  PRIMARY KEY (city, fingerprint, opened_on, event_no),
  FOREIGN KEY (city, fingerprint, opened_on) REFERENCES alerts (city, fingerprint, opened_on)
);

CREATE TABLE silences (
  city          text NOT NULL,
  silence_id    bigint NOT NULL,
  fingerprint   text NOT NULL,
  starts_at     timestamptz NOT NULL,
  ends_at       timestamptz NOT NULL,
  actor         text NOT NULL,
  reason        text NOT NULL,
  PRIMARY KEY (city, silence_id)
);

-- A night's lists: the next night's previous rank, first appearance and the exports come from here.
CREATE TABLE report_runs (
  city          text NOT NULL,
  run_id        bigint NOT NULL,
  night         date NOT NULL,
  forecast_run_id bigint NOT NULL,
  as_of         date NOT NULL,
  lists_sha256  text NOT NULL,               -- of all files written: equal digests mean that nothing changed
  created_at    timestamptz NOT NULL,
  PRIMARY KEY (city, run_id),
  FOREIGN KEY (city, run_id) REFERENCES runs (city, run_id)
);
CREATE INDEX report_runs_by_night ON report_runs (city, night);

CREATE TABLE report_rows (
  city          text NOT NULL,
  run_id        bigint NOT NULL,
  team          text NOT NULL,               -- region code; the city's own code for the list of all
  chain         text NOT NULL,
  region        text NOT NULL,
  occupation    text NOT NULL,
  rank          integer NOT NULL,
  level         text NOT NULL,               -- red, orange, yellow, blue, none
  openings      double precision NOT NULL,
  expected      double precision NOT NULL,   -- forecast P50 at the lists' horizon
  first_seen    date NOT NULL,               -- first night of its unbroken presence on the lists
  PRIMARY KEY (city, run_id, team, chain, region, occupation),
  FOREIGN KEY (city, run_id) REFERENCES report_runs (city, run_id) ON DELETE CASCADE
);
