-- The program compares a file with what is stored (docs/decisions/0011-two-readings.md): staging holds keys alone, for files that are small beside their
-- feed; and notes of records whose derived versions may change.

DROP VIEW staged_records, file_versions;
DROP TABLE staging_fresh, staging_records, staging_hiring_plans, staging_vacancies, staging_unemployment, staging_headcount,
           staging_supply_pipeline, staging_indicators, staging_outcomes;

CREATE TABLE staging_vacancies (
  city text NOT NULL,
  source text NOT NULL,
  posting_id text NOT NULL
) PARTITION BY LIST (city);

CREATE TABLE staging_unemployment (
  city text NOT NULL,
  person bytea NOT NULL,
  registered_on date NOT NULL
) PARTITION BY LIST (city);

CREATE TABLE staging_hiring_plans (
  city text NOT NULL,
  credit_code text NOT NULL,
  survey_wave date NOT NULL,
  period date NOT NULL,
  occupation text NOT NULL
) PARTITION BY LIST (city);

CREATE TABLE staging_headcount (
  city text NOT NULL,
  credit_code text NOT NULL,
  month date NOT NULL
) PARTITION BY LIST (city);

CREATE TABLE staging_supply_pipeline (
  city text NOT NULL,
  program text NOT NULL,
  region text NOT NULL,
  chain text NOT NULL,
  occupation text NOT NULL,
  month date NOT NULL
) PARTITION BY LIST (city);

CREATE TABLE staging_indicators (
  city text NOT NULL,
  series text NOT NULL,
  region text NOT NULL,
  chain text NOT NULL,
  month date NOT NULL
) PARTITION BY LIST (city);

CREATE TABLE staging_outcomes (
  city text NOT NULL,
  indicator text NOT NULL,
  region text NOT NULL,
  month date NOT NULL
) PARTITION BY LIST (city);

-- Records whose derived versions a file may change.
CREATE TABLE staging_records (
  city         text NOT NULL,
  scope        text NOT NULL,
  record       text NOT NULL,
  kind         text NOT NULL,              -- row: of the file; ahead: of the file, its clock ahead of the full export; missing, listed: by it
  known_at     timestamp,                  -- of rows
  first_known  timestamp                   -- of the record's first version before the file; null: none
) PARTITION BY LIST (city);

CREATE OR REPLACE FUNCTION staging_tables(of_feed text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT ARRAY['staging_' || of_feed, 'staging_rejects', 'staging_records']
$$;

-- Runs of absence begin when a record is known, not before.
CREATE TEMPORARY TABLE known_runs ON COMMIT DROP AS
SELECT a.city, a.feed, a.scope, a.record, a.absent_from,
       (SELECT min(e.moment) FROM full_exports e
         WHERE e.city = a.city AND e.feed = a.feed AND e.scope = a.scope
           AND e.moment >= greatest(a.absent_from, f.known_at) AND e.moment < a.absent_until) AS known_from
  FROM absences a
  JOIN (SELECT city, 'vacancies' AS feed, source AS scope, posting_id AS record, min(known_at) AS known_at
          FROM vacancy_versions WHERE line > 0 GROUP BY city, source, posting_id
        UNION ALL
        SELECT city, 'unemployment', '', encode(person, 'hex') || ' ' || registered_on, min(known_at)
          FROM unemployment_versions WHERE line > 0 GROUP BY city, person, registered_on) f USING (city, feed, scope, record);

DELETE FROM absences a USING known_runs k
 WHERE (a.city, a.feed, a.scope, a.record, a.absent_from) = (k.city, k.feed, k.scope, k.record, k.absent_from) AND k.known_from IS NULL;
UPDATE absences a SET absent_from = k.known_from FROM known_runs k
 WHERE (a.city, a.feed, a.scope, a.record, a.absent_from) = (k.city, k.feed, k.scope, k.record, k.absent_from) AND k.known_from > a.absent_from;
