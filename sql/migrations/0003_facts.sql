-- Facts: every table holds versions of records. A version's identity is its key, the moment at which it became known (the source's own
-- clock, local time of the city) and the hash of its content; so the same row twice is one version by construction.
-- Order of versions of one key: known_at, then received_at, then (run_id, file_no, line). Nothing is updated in place.

CREATE TABLE enterprise_versions (
  city          text NOT NULL,
  credit_code   text NOT NULL,
  known_at      timestamp NOT NULL,          -- -infinity for the first version: the register has no clock; later ones: receipt, local time
  content_hash  bigint NOT NULL,
  enterprise_name text NOT NULL,
  region        text NOT NULL,
  chain         text,
  industry_code text,
  size_class    text,
  registered_on date,
  received_at   timestamptz NOT NULL,
  run_id        bigint NOT NULL,
  file_no       integer NOT NULL,
  line          bigint NOT NULL,
  PRIMARY KEY (city, credit_code, known_at, content_hash)
);

-- Contact names and phones: apart, so that only the role that writes lists may read them. The newest only, no history: least data.
CREATE TABLE enterprise_contacts (
  city          text NOT NULL,
  credit_code   text NOT NULL,
  contact_name  text,
  contact_phone text,
  received_at   timestamptz NOT NULL,
  run_id        bigint NOT NULL,
  PRIMARY KEY (city, credit_code)
);

CREATE TABLE hiring_plan_versions (
  city          text NOT NULL,
  credit_code   text NOT NULL,
  survey_wave   date NOT NULL,              -- first day of the month
  period        date NOT NULL,              -- first day of the month
  occupation    text NOT NULL,
  known_at      timestamp NOT NULL,          -- reported_on
  content_hash  bigint NOT NULL,
  enterprise_name text,
  region        text,
  chain         text,
  headcount     integer,              -- persons, whole enterprise
  planned_hires integer,              -- persons, in that month; null: not told
  expected_separations integer,
  automation_displaced integer,
  received_at   timestamptz NOT NULL,
  run_id        bigint NOT NULL,
  file_no       integer NOT NULL,
  line          bigint NOT NULL,
  PRIMARY KEY (city, credit_code, survey_wave, period, occupation, known_at, content_hash)
);

CREATE TABLE vacancy_versions (
  city          text NOT NULL,
  source        text NOT NULL,
  posting_id    text NOT NULL,
  known_at      timestamp NOT NULL,          -- updated_at
  content_hash  bigint NOT NULL,
  job           text,              -- postings of one source with the same job are one job; null: the posting is its own
  channel       text,
  credit_code   text NOT NULL,
  enterprise_name text,
  region        text NOT NULL,
  chain         text,
  occupation    text NOT NULL,
  title         text,
  headcount     integer NOT NULL,
  filled        integer NOT NULL,
  salary_min    double precision,              -- a month, in the currency of the profile
  salary_max    double precision,
  education     text,
  posted_on     date NOT NULL,
  closes_on     date,
  status        text NOT NULL,              -- open, filled, closed
  received_at   timestamptz NOT NULL,
  run_id        bigint NOT NULL,
  file_no       integer NOT NULL,
  line          bigint NOT NULL,
  PRIMARY KEY (city, source, posting_id, known_at, content_hash)
);

CREATE TABLE unemployment_versions (
  city          text NOT NULL,
  person        bytea NOT NULL,              -- keyed pseudonym (HMAC-SHA-256), never the number
  registered_on date NOT NULL,
  known_at      timestamp NOT NULL,          -- updated_at
  content_hash  bigint NOT NULL,
  region        text NOT NULL,
  occupation    text,
  education     text,
  last_credit_code text,
  reason        text,
  exited_on     date,
  exit_reason   text,
  received_at   timestamptz NOT NULL,
  run_id        bigint NOT NULL,
  file_no       integer NOT NULL,
  line          bigint NOT NULL,
  PRIMARY KEY (city, person, registered_on, known_at, content_hash)
);

CREATE TABLE headcount_versions (
  city          text NOT NULL,
  credit_code   text NOT NULL,
  month         date NOT NULL,              -- first day
  known_at      timestamp NOT NULL,          -- reported_on
  content_hash  bigint NOT NULL,
  headcount_base integer,
  headcount_previous integer,
  headcount     integer NOT NULL,
  decrease_reason text,
  received_at   timestamptz NOT NULL,
  run_id        bigint NOT NULL,
  file_no       integer NOT NULL,
  line          bigint NOT NULL,
  PRIMARY KEY (city, credit_code, month, known_at, content_hash)
);

-- An empty text stands for "not told" in the parts of a key.
CREATE TABLE supply_pipeline_versions (
  city          text NOT NULL,
  program       text NOT NULL,
  region        text NOT NULL,
  chain         text NOT NULL,
  occupation    text NOT NULL,
  month         date NOT NULL,              -- of arrival
  known_at      timestamp NOT NULL,          -- reported_on: part of the key in this feed
  content_hash  bigint NOT NULL,
  persons       integer NOT NULL,
  received_at   timestamptz NOT NULL,
  run_id        bigint NOT NULL,
  file_no       integer NOT NULL,
  line          bigint NOT NULL,
  PRIMARY KEY (city, program, region, chain, occupation, month, known_at, content_hash)
);

-- Monthly totals for places without records of their own, in persons (a feed's unit factor is applied on reading).
CREATE TABLE indicator_versions (
  city          text NOT NULL,
  series        text NOT NULL,
  region        text NOT NULL,
  chain         text NOT NULL,
  month         date NOT NULL,
  known_at      timestamp NOT NULL,          -- reported_on
  content_hash  bigint NOT NULL,
  openings_end  double precision,
  openings_new  double precision,
  hires         double precision,
  separations   double precision,
  employment    double precision,
  unemployed    double precision,
  received_at   timestamptz NOT NULL,
  run_id        bigint NOT NULL,
  file_no       integer NOT NULL,
  line          bigint NOT NULL,
  PRIMARY KEY (city, series, region, chain, month, known_at, content_hash)
);

CREATE TABLE outcome_versions (
  city          text NOT NULL,
  indicator     text NOT NULL,
  region        text NOT NULL,
  month         date NOT NULL,
  known_at      timestamp NOT NULL,          -- reported_on
  content_hash  bigint NOT NULL,
  value         double precision NOT NULL,
  received_at   timestamptz NOT NULL,
  run_id        bigint NOT NULL,
  file_no       integer NOT NULL,
  line          bigint NOT NULL,
  PRIMARY KEY (city, indicator, region, month, known_at, content_hash)
);
