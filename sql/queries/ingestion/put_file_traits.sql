-- Writes what the calendar is judged by, beside a file's row of the ledger.
-- $1 city, $2 run id, $3 number of the file, $4 description, $5 series, $6 newest clock of its rows (local time), $7 rows ahead of the run's
-- clock, $8 whether it looks cut off, $9 regions, $10 rows of each, $11 chains, $12 rows of each
INSERT INTO file_traits (city, run_id, file_no, description, series, newest_known_at, future_rows, is_cut_off, regions, region_rows, chains,
                         chain_rows)
VALUES ($1, $2, $3, $4, $5, $6::timestamp, $7, $8, $9::text[], $10::bigint[], $11::text[], $12::bigint[]);
