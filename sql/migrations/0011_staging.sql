-- Staging anew: only what the comparison with the stored versions needs. A file is read twice: first key, moment and hash of every good row go to
-- `staging_<feed>`, then the rows that turn out to be new go straight to their table. Rejected rows of all feeds share `staging_rejects`. The register
-- has no clock, its rows are compared with the newest version and stand in staging as a whole.
-- Each table is divided by city into unlogged parts, so that one city's file never waits for another's; the functions below make and empty them with the
-- owner's rights: whoever loads needs none to create tables. A run that is killed leaves them as they were, empty.

DROP TABLE staging_enterprises, staging_hiring_plans, staging_vacancies, staging_unemployment, staging_headcount, staging_supply_pipeline,
           staging_indicators, staging_outcomes;

CREATE TABLE staging_enterprises (
  city             text NOT NULL,
  line             bigint NOT NULL,  -- of the record's first line
  content_hash     bigint NOT NULL,
  credit_code      text NOT NULL,
  enterprise_name  text NOT NULL,
  region           text NOT NULL,
  chain            text,
  industry_code    text,
  size_class       text,
  registered_on    date,
  contact_name     text,
  contact_phone    text
) PARTITION BY LIST (city);

CREATE TABLE staging_hiring_plans (
  city          text NOT NULL,
  ordinal       bigint NOT NULL,  -- the row's number in the file
  repeated      boolean NOT NULL,  -- the key may have come before in this file
  known_at      timestamp NOT NULL,
  content_hash  bigint NOT NULL,
  credit_code   text NOT NULL,
  survey_wave   date NOT NULL,
  period        date NOT NULL,
  occupation    text NOT NULL
) PARTITION BY LIST (city);

CREATE TABLE staging_vacancies (
  city          text NOT NULL,
  ordinal       bigint NOT NULL,  -- the row's number in the file
  repeated      boolean NOT NULL,  -- the key may have come before in this file
  known_at      timestamp NOT NULL,
  content_hash  bigint NOT NULL,
  source        text NOT NULL,
  posting_id    text NOT NULL
) PARTITION BY LIST (city);

CREATE TABLE staging_unemployment (
  city           text NOT NULL,
  ordinal        bigint NOT NULL,  -- the row's number in the file
  repeated       boolean NOT NULL,  -- the key may have come before in this file
  known_at       timestamp NOT NULL,
  content_hash   bigint NOT NULL,
  person         bytea NOT NULL,
  registered_on  date NOT NULL
) PARTITION BY LIST (city);

CREATE TABLE staging_headcount (
  city          text NOT NULL,
  ordinal       bigint NOT NULL,  -- the row's number in the file
  repeated      boolean NOT NULL,  -- the key may have come before in this file
  known_at      timestamp NOT NULL,
  content_hash  bigint NOT NULL,
  credit_code   text NOT NULL,
  month         date NOT NULL
) PARTITION BY LIST (city);

CREATE TABLE staging_supply_pipeline (
  city          text NOT NULL,
  ordinal       bigint NOT NULL,  -- the row's number in the file
  repeated      boolean NOT NULL,  -- the key may have come before in this file
  known_at      timestamp NOT NULL,
  content_hash  bigint NOT NULL,
  program       text NOT NULL,
  region        text NOT NULL,
  chain         text NOT NULL,
  occupation    text NOT NULL,
  month         date NOT NULL
) PARTITION BY LIST (city);

CREATE TABLE staging_indicators (
  city          text NOT NULL,
  ordinal       bigint NOT NULL,  -- the row's number in the file
  repeated      boolean NOT NULL,  -- the key may have come before in this file
  known_at      timestamp NOT NULL,
  content_hash  bigint NOT NULL,
  series        text NOT NULL,
  region        text NOT NULL,
  chain         text NOT NULL,
  month         date NOT NULL
) PARTITION BY LIST (city);

CREATE TABLE staging_outcomes (
  city          text NOT NULL,
  ordinal       bigint NOT NULL,  -- the row's number in the file
  repeated      boolean NOT NULL,  -- the key may have come before in this file
  known_at      timestamp NOT NULL,
  content_hash  bigint NOT NULL,
  indicator     text NOT NULL,
  region        text NOT NULL,
  month         date NOT NULL
) PARTITION BY LIST (city);

CREATE TABLE staging_rejects (
  city         text NOT NULL,
  line         bigint NOT NULL,
  reason       text NOT NULL,
  column_name  text,
  message      text NOT NULL,
  raw          bytea NOT NULL
) PARTITION BY LIST (city);

-- Makes the parts of a city for a feed's files where they are missing. Attaching a part disturbs no other city's file.
CREATE FUNCTION open_staging(of_city text, of_feed text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = labourwatch, pg_temp AS $$
DECLARE
  whole text;
  part text;
BEGIN
  FOREACH whole IN ARRAY ARRAY['staging_' || of_feed, 'staging_rejects'] LOOP
    part := whole || '_' || of_city;
    CONTINUE WHEN to_regclass(quote_ident(part)) IS NOT NULL;
    EXECUTE format('CREATE UNLOGGED TABLE %I (LIKE %I)', part, whole);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES IN (%L)', whole, part, of_city);
  END LOOP;
END $$;

-- Empties the parts of a city for a feed's files.
CREATE FUNCTION clear_staging(of_city text, of_feed text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = labourwatch, pg_temp AS $$
DECLARE
  part text;
  is_filled boolean;
BEGIN
  FOREACH part IN ARRAY ARRAY['staging_' || of_feed || '_' || of_city, 'staging_rejects_' || of_city] LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', part) INTO is_filled;
    IF is_filled THEN EXECUTE format('TRUNCATE %I', part); END IF;
  END LOOP;
END $$;

REVOKE ALL ON FUNCTION open_staging(text, text), clear_staging(text, text) FROM PUBLIC;
