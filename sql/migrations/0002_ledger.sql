-- The ledger: every run and every file it met. Ids come from the program.

CREATE TABLE runs (
  city          text NOT NULL,
  run_id        bigint NOT NULL,
  command       text NOT NULL,               -- ingest, forecast, report, nightly, …
  clock         timestamptz NOT NULL,        -- the run's clock: --now, else the real one
  started_at    timestamptz NOT NULL,
  heartbeat_at  timestamptz NOT NULL,
  finished_at   timestamptz,
  status        text NOT NULL CHECK (status IN ('running', 'done', 'incomplete', 'failed', 'abandoned')),
  exit_code     integer,
  message       text,
  program_version text NOT NULL,
  host          text NOT NULL,
  pid           integer NOT NULL,
  summary       jsonb,
  PRIMARY KEY (city, run_id)
);

-- One row a file and run. A file that was taken before, under the same description and reference data (`rules_sha256`), is not read
-- again: status `known`, with the counts that reading it again would give. `replayed`: rows of the file that stood in quarantine were run again.
CREATE TABLE run_files (
  city          text NOT NULL,
  run_id        bigint NOT NULL,
  file_no       integer NOT NULL,
  feed          text NOT NULL,
  name          text NOT NULL,
  sha256        text NOT NULL,
  bytes         bigint NOT NULL,
  rules_sha256  text NOT NULL,
  charset       text,
  file_type     text,                        -- csv, xlsx, jsonl
  delimiter     text,                        -- of CSV
  header        text[],                      -- as it stood in the file: what rows in quarantine are read by when they are run again
  status        text NOT NULL CHECK (status IN ('taken', 'known', 'refused', 'replayed')),
  message       text,
  read          bigint NOT NULL,
  inserted      bigint NOT NULL,
  updated       bigint NOT NULL,
  late          bigint NOT NULL,
  unchanged     bigint NOT NULL,
  rejected      bigint NOT NULL,
  skipped       bigint NOT NULL,
  rejected_by_reason jsonb NOT NULL,
  unknown_columns text[] NOT NULL,
  seconds       double precision NOT NULL,
  finished_at   timestamptz NOT NULL,
  PRIMARY KEY (city, run_id, file_no),
  FOREIGN KEY (city, run_id) REFERENCES runs (city, run_id),
  CHECK (read = inserted + updated + late + unchanged + rejected)
);
CREATE INDEX run_files_by_digest ON run_files (city, feed, sha256, rules_sha256) WHERE status = 'taken';

-- Rejected rows, for a clerk. The same row of the same file is one row however often the file is read.
CREATE TABLE quarantine (
  city          text NOT NULL,
  feed          text NOT NULL,
  file_sha256   text NOT NULL,
  line          bigint NOT NULL,             -- of the record's first line
  run_id        bigint NOT NULL,             -- that saw it first
  file_name     text NOT NULL,
  column_name   text,
  reason        text NOT NULL,
  message       text NOT NULL,
  raw           bytea NOT NULL,              -- the record's bytes, persons' and mobile numbers masked
  rejected_at   timestamptz NOT NULL,        -- the run's clock
  status        text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'replayed')),
  resolved_run_id bigint,
  PRIMARY KEY (city, feed, file_sha256, line)
);
CREATE INDEX quarantine_open ON quarantine (city, feed, reason) WHERE status = 'open';

-- Codes that fail their check digit and exist all the same, named by the bureau.
CREATE TABLE accepted_codes (
  city          text NOT NULL,
  credit_code   text NOT NULL,
  reason        text NOT NULL,
  accepted_by   text NOT NULL,
  accepted_at   timestamptz NOT NULL,
  PRIMARY KEY (city, credit_code)
);

-- What a run noticed about its feeds: late, missing, shrunken, drift, …
CREATE TABLE findings (
  city          text NOT NULL,
  run_id        bigint NOT NULL,
  finding_no    integer NOT NULL,
  feed          text NOT NULL,
  kind          text NOT NULL,
  message       text NOT NULL,
  PRIMARY KEY (city, run_id, finding_no),
  FOREIGN KEY (city, run_id) REFERENCES runs (city, run_id)
);
