-- One employer, one job. Enterprises with several codes or names are linked by the profile's reference data; postings that announce the same job
-- are decided to be one by a versioned rule. The raw records stay as they were.

-- reference/enterprise_links.csv, in the order of the file.
CREATE TABLE enterprise_links (
  city          text NOT NULL,
  position      integer NOT NULL,
  credit_code   text NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('alias', 'renamed', 'merged', 'recoded')),
  successor_code text,                       -- the code that stands for it; null: only a name is linked
  alias         text,                        -- another name
  valid_from    date,                        -- null: always
  known_on      date,                        -- null: as soon as it is valid
  note          text NOT NULL,
  PRIMARY KEY (city, position)
);

-- Which employer a code stands for, span by span: what follows from the links. A code without a row is its own employer.
CREATE TABLE enterprise_employers (
  city          text NOT NULL,
  credit_code   text NOT NULL,
  valid_from    timestamp NOT NULL,          -- included; -infinity: always
  valid_to      timestamp NOT NULL,          -- not included; infinity: still
  enterprise    text NOT NULL,               -- the code of the same enterprise: after recoding and other codes, before mergers
  employer      text NOT NULL,               -- the code of the employer: after mergers too
  absorbed_on   date,                        -- day of the last merger between enterprise and employer; null: they are one
  PRIMARY KEY (city, credit_code, valid_from)
);

-- The rules that the decisions were made by. As of a moment the rule in force then counts.
CREATE TABLE job_rules (
  city          text NOT NULL,
  version       text NOT NULL,
  valid_from    timestamp NOT NULL,          -- included; -infinity: from the beginning
  valid_to      timestamp NOT NULL,          -- not included; infinity: still
  document      text NOT NULL,               -- the rule as JSON, keys in a fixed order
  links_sha256  text NOT NULL,               -- of the employers that it was decided with
  decided_run_id bigint NOT NULL,            -- versions of runs up to this one are decided
  decided_at    timestamptz NOT NULL,        -- the run's clock
  PRIMARY KEY (city, version)
);

-- Postings that are the same job as an earlier one. A posting without a row is a job of its own.
CREATE TABLE job_decisions (
  city          text NOT NULL,
  rule_version  text NOT NULL,
  source        text NOT NULL,
  posting_id    text NOT NULL,
  job_source    text NOT NULL,               -- the job is named by the posting that announced it first
  job_posting_id text NOT NULL,
  employer      text NOT NULL,               -- the newest employer of the posting's code
  since         timestamp NOT NULL,          -- when the posting became known, source's clock
  criteria      text[] NOT NULL,             -- what agreed
  run_id        bigint NOT NULL,
  decided_at    timestamptz NOT NULL,        -- the run's clock
  PRIMARY KEY (city, rule_version, source, posting_id),
  FOREIGN KEY (city, rule_version) REFERENCES job_rules (city, version) ON DELETE CASCADE
);
CREATE INDEX job_decisions_by_job ON job_decisions (city, rule_version, job_source, job_posting_id);

-- Work of the step that decides, divided by city into unlogged parts as the staging tables of feeds are.
CREATE TABLE staging_job_employers (
  city          text NOT NULL,
  employer      text NOT NULL
) PARTITION BY LIST (city);
CREATE TABLE staging_job_candidates (
  city          text NOT NULL,
  source        text NOT NULL,
  posting_id    text NOT NULL
) PARTITION BY LIST (city);
CREATE TABLE staging_job_decisions (
  city          text NOT NULL,
  source        text NOT NULL,
  posting_id    text NOT NULL,
  job_source    text NOT NULL,
  job_posting_id text NOT NULL,
  employer      text NOT NULL,
  since         timestamp NOT NULL,
  criteria      text[] NOT NULL
) PARTITION BY LIST (city);
