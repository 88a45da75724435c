-- Roles of the bureau's server: who may read and write what. Run by hand, as the owner of the database or a superuser, after `labourwatch migrate`
-- and again after every upgrade: psql -d labourwatch -f sql/roles.sql. It may be run any number of times.
--
-- The program itself connects as the owner of the tables (labourwatch): it migrates, loads and writes lists. These three are for people and for
-- servers that split the work: give them to login roles, e.g.  CREATE ROLE li LOGIN IN ROLE labourwatch_analyst;
--   labourwatch_loader       loads feeds: writes facts, staging, ledger and quarantine; neither reads nor writes contacts, so not the feed
--                            `enterprises`, whose merge compares contacts: that one is loaded by the program's own role
--   labourwatch_analyst      reads everything but contact names and phones and the raw bytes of rejected rows; writes nothing
--   labourwatch_list_writer  reads everything, contacts included; writes alerts and lists
-- No role reads a person's identity number or name: they never reach the database.

SELECT format('CREATE ROLE %I NOLOGIN', name)
FROM unnest(ARRAY['labourwatch_loader', 'labourwatch_analyst', 'labourwatch_list_writer']) AS name
WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name)
\gexec

BEGIN;
SET LOCAL search_path = labourwatch;

SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database())
\gexec
SELECT format(
  'GRANT CONNECT ON DATABASE %I TO labourwatch_loader, labourwatch_analyst, labourwatch_list_writer', current_database())
\gexec

REVOKE ALL ON SCHEMA labourwatch FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA labourwatch FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA labourwatch FROM labourwatch_loader, labourwatch_analyst, labourwatch_list_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA labourwatch REVOKE ALL ON TABLES FROM PUBLIC;
GRANT USAGE ON SCHEMA labourwatch TO labourwatch_loader, labourwatch_analyst, labourwatch_list_writer;

-- Everybody reads everything but the tables below; rights to those are given one by one.
GRANT SELECT ON ALL TABLES IN SCHEMA labourwatch TO labourwatch_loader, labourwatch_analyst, labourwatch_list_writer;
REVOKE ALL ON enterprise_contacts FROM labourwatch_loader, labourwatch_analyst;
REVOKE ALL ON quarantine FROM labourwatch_analyst;
-- Staging tables hold rows before they are checked, those of the register contacts among them.
SELECT format('REVOKE ALL ON %I FROM labourwatch_loader, labourwatch_analyst, labourwatch_list_writer', tablename)
FROM pg_tables
WHERE schemaname = 'labourwatch' AND tablename LIKE 'staging\_%'
ORDER BY tablename
\gexec

-- Rejected rows for analysts: what was wrong, without the raw bytes.
SELECT 'GRANT SELECT (' || string_agg(quote_ident(attname), ', ' ORDER BY attnum) || ') ON quarantine TO labourwatch_analyst'
FROM pg_attribute
WHERE attrelid = 'labourwatch.quarantine'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'raw'
\gexec

-- The loader writes facts, their staging tables, the ledger and the quarantine.
SELECT format('GRANT INSERT, UPDATE, DELETE ON %I TO labourwatch_loader', tablename)
FROM pg_tables
WHERE schemaname = 'labourwatch'
  AND (tablename LIKE '%\_versions'
       OR tablename IN ('runs', 'run_files', 'quarantine', 'accepted_codes', 'findings', 'source_marks', 'file_traits', 'pseudonym_keys', 'job_rules', 'job_decisions', 'full_exports',
                        'absences', 'unread_records'))
ORDER BY tablename
\gexec
SELECT format('GRANT SELECT, INSERT ON %I TO labourwatch_loader', tablename)
FROM pg_tables
WHERE schemaname = 'labourwatch' AND tablename LIKE 'staging\_%' AND tablename NOT LIKE 'staging\_enterprises%'
ORDER BY tablename
\gexec

-- It makes and empties a city's staging tables without owning them.
GRANT EXECUTE ON FUNCTION open_staging(text, text), clear_staging(text, text) TO labourwatch_loader;

-- The list writer keeps alerts, silences and what was reported.
SELECT format('GRANT INSERT, UPDATE, DELETE ON %I TO labourwatch_list_writer', tablename)
FROM pg_tables
WHERE schemaname = 'labourwatch'
  AND (tablename LIKE 'alert%' OR tablename LIKE 'report\_%' OR tablename LIKE 'delivery%'
       OR tablename IN ('silences', 'runs', 'findings', 'job_rules', 'job_decisions'))
ORDER BY tablename
\gexec

COMMIT;
