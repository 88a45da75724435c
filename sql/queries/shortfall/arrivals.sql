-- Which persons will programmes bring to each region and occupation, and when?
-- $1 city, $2 known_until (timestamp). A correction (another row with the same key, the day of the report among it) replaces what it
-- corrects; reports of one programme, place and month on several days are records of their own and add up.
WITH report AS (
  SELECT DISTINCT ON (program, region, chain, occupation, month, known_at) region, occupation, month, persons
  FROM supply_pipeline_versions
  WHERE city = $1 AND known_at <= $2::timestamp
  ORDER BY program, region, chain, occupation, month, known_at, received_at DESC, run_id DESC, file_no DESC, line DESC
)
SELECT region, occupation, month, sum(persons)::bigint AS persons
FROM report
GROUP BY region, occupation, month
ORDER BY region, occupation, month
