-- Which monthly totals are known of each chain and region?
-- $1 city, $2 known_until (timestamp). The newest version of every total counts, also where it takes a figure back.
WITH newest AS (
  SELECT DISTINCT ON (chain, region, series, month) series, chain, region, month, openings_end, hires, separations, employment, unemployed
  FROM indicator_versions
  WHERE city = $1 AND known_at <= $2::timestamp
  ORDER BY chain, region, series, month, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
)
SELECT series, chain, region, month, openings_end, hires, separations, employment, unemployed
FROM newest WHERE openings_end IS NOT NULL
ORDER BY chain, region, series, month
