-- Enters a run in the ledger as running.
-- $1 city, $2 run id, $3 command, $4 the run's clock (unix seconds), $5 the real clock (unix seconds), $6 program version, $7 host, $8 pid
INSERT INTO runs (city, run_id, command, clock, started_at, heartbeat_at, status, program_version, host, pid)
VALUES ($1, $2, $3, to_timestamp($4::double precision), to_timestamp($5::double precision), to_timestamp($5::double precision),
        'running', $6, $7, $8);
