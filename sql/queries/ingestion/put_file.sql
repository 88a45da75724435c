-- Writes a file's row of the ledger.
-- $1 city, $2 run id, $3 number of the file, $4 feed, $5 name, $6 SHA-256, $7 bytes, $8 SHA-256 of the rules, $9 charset, $10 status,
-- $11 message, $12 read, $13 inserted, $14 updated, $15 late, $16 unchanged, $17 rejected, $18 skipped, $19 rejected by reason,
-- $20 unknown columns, $21 seconds, $22 the run's clock (unix seconds), $23 type of the file, $24 delimiter, $25 header,
-- $26 records closed, $27 records opened again by a full export
INSERT INTO run_files (city, run_id, file_no, feed, name, sha256, bytes, rules_sha256, charset, status, message, read, inserted, updated,
                       late, unchanged, rejected, skipped, rejected_by_reason, unknown_columns, seconds, finished_at, file_type,
                       delimiter, header, closed, reopened)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19::jsonb, $20::text[], $21,
        to_timestamp($22::double precision), $23, $24, $25::text[], $26, $27);
