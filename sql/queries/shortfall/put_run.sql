-- Enters a forecast. $1 city, $2 run, $3 scenario, $4 as of (date), $5 known until (timestamp), $6 horizon, $7 draws, $8 seed, $9 model,
-- $10 digest of inputs and settings, $11 quality (JSON), $12 the run's clock (unix seconds)
INSERT INTO forecast_runs (city, run_id, scenario, as_of, known_until, horizon, draws, seed, model, inputs_sha256, quality, created_at)
VALUES ($1, $2, $3, $4::date, $5::timestamp, $6, $7, $8, $9, $10, $11::jsonb, to_timestamp($12::double precision))
