-- Staging: one unlogged table a feed, filled by COPY and emptied by TRUNCATE inside the transaction that takes a file. A run that is killed leaves
-- them as they were, empty. What the merge looks at stands first, then the feed's columns in
-- their canonical order; a rejected row has `rejection`, column, sentence and raw bytes instead of values.
-- The tables hold rows of one city at a time: another city's file waits for the TRUNCATE's lock.

CREATE UNLOGGED TABLE staging_enterprises (
  line             bigint NOT NULL,  -- of the record's first line
  repeated         boolean NOT NULL,  -- the key may have come before in this file
  rejection        text,
  known_at         timestamp,
  content_hash     bigint,
  credit_code      text,
  enterprise_name  text,
  region           text,
  chain            text,
  industry_code    text,
  size_class       text,
  registered_on    date,
  contact_name     text,
  contact_phone    text,
  column_name      text,
  message          text,
  raw              bytea
);

CREATE UNLOGGED TABLE staging_hiring_plans (
  line                  bigint NOT NULL,  -- of the record's first line
  repeated              boolean NOT NULL,  -- the key may have come before in this file
  rejection             text,
  known_at              timestamp,
  content_hash          bigint,
  credit_code           text,
  survey_wave           date,
  period                date,
  occupation            text,
  enterprise_name       text,
  region                text,
  chain                 text,
  headcount             integer,
  planned_hires         integer,
  expected_separations  integer,
  automation_displaced  integer,
  column_name           text,
  message               text,
  raw                   bytea
);

CREATE UNLOGGED TABLE staging_vacancies (
  line             bigint NOT NULL,  -- of the record's first line
  repeated         boolean NOT NULL,  -- the key may have come before in this file
  rejection        text,
  known_at         timestamp,
  content_hash     bigint,
  source           text,
  posting_id       text,
  job              text,
  channel          text,
  credit_code      text,
  enterprise_name  text,
  region           text,
  chain            text,
  occupation       text,
  title            text,
  headcount        integer,
  filled           integer,
  salary_min       double precision,
  salary_max       double precision,
  education        text,
  posted_on        date,
  closes_on        date,
  status           text,
  column_name      text,
  message          text,
  raw              bytea
);

CREATE UNLOGGED TABLE staging_unemployment (
  line              bigint NOT NULL,  -- of the record's first line
  repeated          boolean NOT NULL,  -- the key may have come before in this file
  rejection         text,
  known_at          timestamp,
  content_hash      bigint,
  person            bytea,
  registered_on     date,
  region            text,
  occupation        text,
  education         text,
  last_credit_code  text,
  reason_left       text,
  exited_on         date,
  exit_reason       text,
  column_name       text,
  message           text,
  raw               bytea
);

CREATE UNLOGGED TABLE staging_headcount (
  line                bigint NOT NULL,  -- of the record's first line
  repeated            boolean NOT NULL,  -- the key may have come before in this file
  rejection           text,
  known_at            timestamp,
  content_hash        bigint,
  credit_code         text,
  month               date,
  headcount_base      integer,
  headcount_previous  integer,
  headcount           integer,
  decrease_reason     text,
  column_name         text,
  message             text,
  raw                 bytea
);

CREATE UNLOGGED TABLE staging_supply_pipeline (
  line          bigint NOT NULL,  -- of the record's first line
  repeated      boolean NOT NULL,  -- the key may have come before in this file
  rejection     text,
  known_at      timestamp,
  content_hash  bigint,
  program       text,
  region        text,
  chain         text,
  occupation    text,
  month         date,
  persons       integer,
  column_name   text,
  message       text,
  raw           bytea
);

CREATE UNLOGGED TABLE staging_indicators (
  line          bigint NOT NULL,  -- of the record's first line
  repeated      boolean NOT NULL,  -- the key may have come before in this file
  rejection     text,
  known_at      timestamp,
  content_hash  bigint,
  series        text,
  region        text,
  chain         text,
  month         date,
  openings_end  double precision,
  openings_new  double precision,
  hires         double precision,
  separations   double precision,
  employment    double precision,
  unemployed    double precision,
  column_name   text,
  message       text,
  raw           bytea
);

CREATE UNLOGGED TABLE staging_outcomes (
  line          bigint NOT NULL,  -- of the record's first line
  repeated      boolean NOT NULL,  -- the key may have come before in this file
  rejection     text,
  known_at      timestamp,
  content_hash  bigint,
  indicator     text,
  region        text,
  month         date,
  value         double precision,
  column_name   text,
  message       text,
  raw           bytea
);
