-- Merges the staged rows of one file of the enterprises register as versions, and its contacts.
--
-- The register has no clock of its own: the first version of an enterprise counts as always known (-infinity), a change from its receipt on. A
-- row is compared with the newest version, or with the row before it of the same enterprise in the file. Changes that are received in the same
-- microsecond, or by a clock that stands before the newest version, follow one another by a microsecond each, so that none is lost.
-- Contacts are no part of a version: a row that brings nothing but another contact than the row before it of the same enterprise counts as
-- updated, and only the contact is written.
-- A file that is read again is compared with what was received before it (rows from the quarantine also with its other rows), so that it says what it
-- said the first time and overrules nothing that came after it.
-- $1 city, $2 run id, $3 to $6 the file's first reading, its place in the order of receipt: run, number of the file, clock (unix seconds) and clock in
-- local time, $7 whether the file has contact columns, $8 whether these are rows from the quarantine, not the whole file
WITH newest AS (
  SELECT DISTINCT ON (credit_code) credit_code, known_at, content_hash
    FROM enterprise_versions
   WHERE city = $1
     AND ($3::bigint = $2
          OR (received_at, run_id, file_no, 0)
             < (to_timestamp($5::double precision), $3::bigint, $4::integer, CASE WHEN $8::boolean THEN 1 ELSE 0 END))
   ORDER BY credit_code, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
), compared AS (
  SELECT s.*, n.known_at AS newest_at,
         n.credit_code IS NULL AND row_number() OVER in_file = 1 AS is_first,
         s.content_hash IS DISTINCT FROM coalesce(lag(s.content_hash) OVER in_file, n.content_hash) AS is_changed,
         row_number() OVER (PARTITION BY s.credit_code ORDER BY s.line DESC) = 1 AS is_last,
         row_number() OVER in_file = 1 OR (s.contact_name, s.contact_phone)
           IS DISTINCT FROM (lag(s.contact_name) OVER in_file, lag(s.contact_phone) OVER in_file) AS brings_contact
    FROM staging_enterprises s LEFT JOIN newest n USING (credit_code)
   WHERE s.city = $1
  WINDOW in_file AS (PARTITION BY s.credit_code ORDER BY s.line)
), dated AS (
  SELECT c.*,
         CASE WHEN is_first THEN '-infinity'::timestamp
              ELSE greatest($6::timestamp, newest_at + interval '1 microsecond')
                   + (count(*) FILTER (WHERE NOT is_first) OVER (PARTITION BY credit_code ORDER BY line) - 1) * interval '1
                          microsecond'
         END AS known_from
    FROM compared c
   WHERE is_changed
), fresh AS (
  INSERT INTO enterprise_versions (city, credit_code, known_at, content_hash, enterprise_name, region, chain, industry_code,
         size_class,
                                   registered_on, received_at, run_id, file_no, line)
  SELECT $1, credit_code, known_from, content_hash, enterprise_name, region, chain, industry_code, size_class, registered_on,
         to_timestamp($5::double precision), $3, $4, line
    FROM dated
  ON CONFLICT DO NOTHING
  RETURNING line
), brought AS (
  -- The row that first had the contact with which the file leaves an enterprise.
  SELECT credit_code, max(line) AS line FROM compared WHERE brings_contact GROUP BY credit_code
), contacts AS (
  SELECT c.credit_code, c.contact_name, c.contact_phone, b.line AS brought_on
    FROM compared c JOIN brought b USING (credit_code) LEFT JOIN enterprise_contacts k ON k.city = $1 AND k.credit_code = c.credit_code
   WHERE $7::boolean AND c.is_last
     AND (c.contact_name, c.contact_phone) IS DISTINCT FROM (k.contact_name, k.contact_phone)
     AND ($3::bigint = $2 OR k.received_at IS NULL OR k.received_at <= to_timestamp($5::double precision))
), only_contact AS (
  SELECT FROM contacts WHERE brought_on NOT IN (SELECT line FROM fresh)
), forgotten AS (
  DELETE FROM enterprise_contacts k USING contacts c
   WHERE k.city = $1 AND k.credit_code = c.credit_code AND c.contact_name IS NULL AND c.contact_phone IS NULL
), remembered AS (
  INSERT INTO enterprise_contacts (city, credit_code, contact_name, contact_phone, received_at, run_id)
  SELECT $1, credit_code, contact_name, contact_phone, to_timestamp($5::double precision), $3
    FROM contacts
   WHERE contact_name IS NOT NULL OR contact_phone IS NOT NULL
  ON CONFLICT (city, credit_code) DO UPDATE
     SET contact_name = excluded.contact_name, contact_phone = excluded.contact_phone, received_at = excluded.received_at,
         run_id = excluded.run_id
)
SELECT (SELECT count(*) FROM fresh) + (SELECT count(*) FROM only_contact) AS stored,
       (SELECT count(*) FROM dated WHERE NOT is_first AND line IN (SELECT line FROM fresh))
         + (SELECT count(*) FROM only_contact) AS updated;
