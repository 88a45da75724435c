-- Which persons will programmes bring to each region and occupation, and when?
-- $1 city, $2 known_until (timestamp). Reports of one programme, month and place on several days add up (the day is part of the key).
SELECT region, occupation, month, sum(persons)::bigint AS persons
FROM supply_pipeline_versions
WHERE city = $1 AND known_at <= $2::timestamp
GROUP BY region, occupation, month
ORDER BY region, occupation, month
