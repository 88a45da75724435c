-- Order classes and training that the newest night proposed.
-- $1 city, $2 report run
SELECT to_char(r.night, 'YYYY-MM-DD') AS night, c.region, array_to_string(c.regions, '|') AS regions, c.occupation, c.measure,
       c.least_past, c.least_ahead, c.structural, c.arriving, c.need, cardinality(c.classes) AS classes,
       array_to_string(c.classes, '|') AS seats_of_each, c.graduates, c.still_short, to_char(c.ends_in, 'YYYY-MM') AS ends_in,
       c.reason, array_to_string(c.enterprises, '|') AS enterprises
  FROM report_classes c
  JOIN report_runs r ON r.city = c.city AND r.run_id = c.run_id
 WHERE c.city = $1 AND c.run_id = $2
 ORDER BY c.position
