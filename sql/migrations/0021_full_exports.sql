-- Full exports: files that are the whole state of their source at a moment. What a file does not list any more is closed by a version that the server
-- derives from the versions of files, the moments of full exports and who was absent from them; so the order in which files arrive does not matter
-- (docs/decisions/0009-full-exports.md). Derived versions have line 0.

CREATE TABLE full_exports (
  city         text NOT NULL,
  feed         text NOT NULL,
  scope        text NOT NULL,              -- what the file is the whole of: the postings of a source; empty: the feed
  moment       timestamp NOT NULL,         -- local time
  file_sha256  text NOT NULL,
  run_id       bigint NOT NULL,
  PRIMARY KEY (city, feed, scope, moment)
);

-- The longest runs of full exports in which a known record is not listed: from that moment on, until the moment of the next one that lists it.
CREATE TABLE absences (
  city         text NOT NULL,
  feed         text NOT NULL,
  scope        text NOT NULL,
  record       text NOT NULL,              -- the record's key within its scope, see the view file_versions
  absent_from  timestamp NOT NULL,
  absent_until timestamp NOT NULL,         -- infinity: no later full export lists it
  PRIMARY KEY (city, feed, scope, record, absent_from)
);

-- Records that a full export lists in a row that was rejected: they are not absent, whatever else was wrong with the row.
CREATE TABLE unread_records (
  city         text NOT NULL,
  feed         text NOT NULL,
  scope        text NOT NULL,
  record       text NOT NULL,
  moment       timestamp NOT NULL,
  PRIMARY KEY (city, feed, scope, record, moment)
);

ALTER TABLE run_files ADD COLUMN closed bigint NOT NULL DEFAULT 0;    -- records that a full export closed: versions beside the rows of the file
ALTER TABLE run_files ADD COLUMN reopened bigint NOT NULL DEFAULT 0;  -- records that it lists again without a newer version

-- The key of a rejected row of a full export, where it can be read.
ALTER TABLE staging_rejects ADD COLUMN scope text;
ALTER TABLE staging_rejects ADD COLUMN record text;

-- The numbers of a file's rows that are new versions.
CREATE TABLE staging_fresh (
  city         text NOT NULL,
  ordinal      bigint NOT NULL,
  is_first     boolean NOT NULL            -- of its key
) PARTITION BY LIST (city);

-- Records whose derived versions a file may change.
CREATE TABLE staging_records (
  city         text NOT NULL,
  scope        text NOT NULL,
  record       text NOT NULL,
  is_missing   boolean NOT NULL
) PARTITION BY LIST (city);

-- Staged rows and stored versions of feeds that may be full exports, by scope and record.
CREATE VIEW staged_records AS
SELECT city, 'vacancies' AS feed, source AS scope, posting_id AS record, ordinal FROM staging_vacancies
UNION ALL
SELECT city, 'unemployment', '', encode(person, 'hex') || ' ' || registered_on, ordinal FROM staging_unemployment;

CREATE VIEW file_versions AS
SELECT city, 'vacancies' AS feed, source AS scope, posting_id AS record FROM vacancy_versions WHERE line > 0
UNION ALL
SELECT city, 'unemployment', '', encode(person, 'hex') || ' ' || registered_on FROM unemployment_versions WHERE line > 0;

-- The staging tables that a feed's files need.
CREATE FUNCTION staging_tables(of_feed text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT ARRAY['staging_' || of_feed, 'staging_rejects', 'staging_fresh', 'staging_records']
$$;

CREATE OR REPLACE FUNCTION open_staging(of_city text, of_feed text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = labourwatch, pg_temp AS $$
DECLARE
  whole text;
  part text;
BEGIN
  FOREACH whole IN ARRAY staging_tables(of_feed) LOOP
    part := whole || '_' || of_city;
    CONTINUE WHEN to_regclass(quote_ident(part)) IS NOT NULL;
    EXECUTE format('CREATE UNLOGGED TABLE %I (LIKE %I)', part, whole);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES IN (%L)', whole, part, of_city);
  END LOOP;
END $$;

CREATE OR REPLACE FUNCTION clear_staging(of_city text, of_feed text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = labourwatch, pg_temp AS $$
DECLARE
  whole text;
  is_filled boolean;
BEGIN
  FOREACH whole IN ARRAY staging_tables(of_feed) LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', whole || '_' || of_city) INTO is_filled;
    IF is_filled THEN EXECUTE format('TRUNCATE %I', whole || '_' || of_city); END IF;
  END LOOP;
END $$;
