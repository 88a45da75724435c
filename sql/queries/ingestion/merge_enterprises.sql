-- Merges the staged rows of one file of the enterprises register as versions, its contacts, and its rejected rows into the quarantine.
--
-- The register has no clock of its own: the first version of an enterprise counts as always known (-infinity), a change from its receipt on. A
-- row is compared with the newest version, or with the row before it of the same enterprise in the file. Changes that are received in the same
-- microsecond, or by a clock that stands before the newest version, follow one another by a microsecond each, so that none is lost.
-- Contacts are no part of a version: a row that brings nothing but another contact counts as updated, and only the contact is written.
-- $1 city, $2 run id, $3 number of the file at its first reading, $4 the run's clock (unix seconds), $5 SHA-256 of the file, $6 name of the file,
-- $7 the run's clock in local time, $8 whether the file has contact columns, $9 number of rejected rows,
-- $10 whether these are rows from the quarantine, not the whole file, $11 run and $12 clock (unix seconds) of the file's first
-- reading, its place in the order of receipt ($7 is that clock too). A file that is read again is compared with what was received before it
-- (rows from the quarantine also with its other rows), so that it says what it said the first time and overrules nothing that came after it.
WITH newest AS (
  SELECT DISTINCT ON (credit_code) credit_code, known_at, content_hash
    FROM enterprise_versions
   WHERE city = $1
     AND ($11::bigint = $2
          OR (received_at, run_id, file_no, 0)
             < (to_timestamp($12::double precision), $11::bigint, $3::integer, CASE WHEN $10::boolean THEN 1 ELSE 0 END))
   ORDER BY credit_code, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
), compared AS (
  SELECT s.*, n.known_at AS newest_at,
         n.credit_code IS NULL AND row_number() OVER in_file = 1 AS is_first,
         s.content_hash IS DISTINCT FROM coalesce(lag(s.content_hash) OVER in_file, n.content_hash) AS is_changed,
         row_number() OVER (PARTITION BY s.credit_code ORDER BY s.line DESC) = 1 AS is_last
    FROM staging_enterprises s LEFT JOIN newest n USING (credit_code)
   WHERE s.rejection IS NULL
  WINDOW in_file AS (PARTITION BY s.credit_code ORDER BY s.line)
), dated AS (
  SELECT c.*,
         CASE WHEN is_first THEN '-infinity'::timestamp
              ELSE greatest($7::timestamp, newest_at + interval '1 microsecond')
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
         to_timestamp($12::double precision), $11, $3, line
    FROM dated
  ON CONFLICT DO NOTHING
  RETURNING line
), contacts AS (
  SELECT c.credit_code, c.contact_name, c.contact_phone, c.line
    FROM compared c LEFT JOIN enterprise_contacts k ON k.city = $1 AND k.credit_code = c.credit_code
   WHERE $8::boolean AND c.is_last
     AND (c.contact_name, c.contact_phone) IS DISTINCT FROM (k.contact_name, k.contact_phone)
     AND ($11::bigint = $2 OR k.received_at IS NULL OR k.received_at <= to_timestamp($12::double precision))
), forgotten AS (
  DELETE FROM enterprise_contacts k USING contacts c
   WHERE k.city = $1 AND k.credit_code = c.credit_code AND c.contact_name IS NULL AND c.contact_phone IS NULL
), remembered AS (
  INSERT INTO enterprise_contacts (city, credit_code, contact_name, contact_phone, received_at, run_id)
  SELECT $1, credit_code, contact_name, contact_phone, to_timestamp($12::double precision), $11
    FROM contacts
   WHERE contact_name IS NOT NULL OR contact_phone IS NOT NULL
  ON CONFLICT (city, credit_code) DO UPDATE
     SET contact_name = excluded.contact_name, contact_phone = excluded.contact_phone, received_at = excluded.received_at,
         run_id = excluded.run_id
), quarantined AS (
  INSERT INTO quarantine (city, feed, file_sha256, line, run_id, file_name, column_name, reason, message, raw, rejected_at)
  SELECT $1, 'enterprises', $5, s.line, $2, $6, s.column_name, s.rejection, s.message, s.raw, to_timestamp($4::double precision)
    FROM staging_enterprises s
   WHERE $9::bigint > 0 AND s.rejection IS NOT NULL
  ON CONFLICT (city, feed, file_sha256, line) DO UPDATE
     SET status = 'open', resolved_run_id = NULL, column_name = excluded.column_name, reason = excluded.reason,
         message = excluded.message
   WHERE quarantine.status <> 'open' OR quarantine.reason <> excluded.reason
), passed AS (
  -- Rows of the same file that were rejected by an earlier reading and pass today's rules.
  UPDATE quarantine q SET status = 'replayed', resolved_run_id = $2
   WHERE q.city = $1 AND q.feed = 'enterprises' AND q.file_sha256 = $5 AND q.status = 'open'
     AND (SELECT EXISTS (SELECT FROM quarantine o
                          WHERE o.city = $1 AND o.feed = 'enterprises' AND o.file_sha256 = $5 AND o.status = 'open'))
     AND q.line NOT IN (SELECT s.line FROM staging_enterprises s WHERE s.rejection IS NOT NULL)
     AND (NOT $10::boolean OR q.line IN (SELECT s.line FROM staging_enterprises s WHERE s.rejection IS NULL))
  RETURNING 1
)
SELECT (SELECT count(*) FROM fresh) + (SELECT count(*) FROM contacts WHERE line NOT IN (SELECT line FROM fresh)) AS stored,
       (SELECT count(*) FROM dated WHERE NOT is_first AND line IN (SELECT line FROM fresh))
         + (SELECT count(*) FROM contacts WHERE line NOT IN (SELECT line FROM fresh)) AS updated,
       0 AS late,
       (SELECT count(*) FROM passed) AS passed;
