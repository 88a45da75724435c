-- Records the lists of a night.
-- $1 city, $2 run, $3 night, $4 forecast run, $5 as of, $6 digest of the files, $7 the run's clock (seconds since 1970)
INSERT INTO report_runs (city, run_id, night, forecast_run_id, as_of, lists_sha256, created_at)
VALUES ($1, $2, $3::date, $4, $5::date, $6, to_timestamp($7::double precision))
