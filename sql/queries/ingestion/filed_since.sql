-- When was the first run of the city that read feeds? From then on a feed is expected.
-- $1 city, $2 the run's clock (unix seconds)
SELECT extract(epoch FROM min(clock))::bigint AS first_run
  FROM runs
 WHERE city = $1 AND command IN ('ingest', 'nightly') AND clock <= to_timestamp($2::double precision);
