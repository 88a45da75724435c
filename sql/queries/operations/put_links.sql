-- Loads the links between enterprises and what follows from them, given as one JSON document, after clear_reference in the same transaction.
-- $1 city, $2 {"links": […], "employers": […], "mergers": […]}
WITH put_links AS (
  INSERT INTO enterprise_links (city, position, credit_code, kind, successor_code, alias, valid_from, known_on, note)
  SELECT $1, position, credit_code, kind, successor_code, alias, valid_from, known_on, note
    FROM jsonb_to_recordset($2::jsonb -> 'links')
         AS r (position integer, credit_code text, kind text, successor_code text, alias text, valid_from date, known_on date,
               note text)
), put_mergers AS (
  INSERT INTO enterprise_mergers (city, enterprise, valid_from, valid_to, absorber, since)
  SELECT $1, enterprise, valid_from, valid_to, absorber, since
    FROM jsonb_to_recordset($2::jsonb -> 'mergers')
         AS r (enterprise text, valid_from timestamp, valid_to timestamp, absorber text, since date)
)
INSERT INTO enterprise_employers (city, credit_code, valid_from, valid_to, enterprise, employer)
SELECT $1, credit_code, valid_from, valid_to, enterprise, employer
  FROM jsonb_to_recordset($2::jsonb -> 'employers')
       AS r (credit_code text, valid_from timestamp, valid_to timestamp, enterprise text, employer text);
