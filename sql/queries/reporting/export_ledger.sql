-- The ledger: every run with every file it met; runs without files have one row.
-- $1 city
SELECT r.run_id, r.command, r.clock, r.started_at, r.finished_at, r.status, r.exit_code, r.message, f.file_no, f.feed,
       f.name, f.sha256, f.bytes, f.charset, f.status AS file_status, f.message AS file_message, f.read, f.inserted,
       f.updated, f.late, f.unchanged, f.rejected, f.skipped, f.closed, f.reopened
  FROM runs r
  LEFT JOIN run_files f ON f.city = r.city AND f.run_id = r.run_id
 WHERE r.city = $1
 ORDER BY r.run_id, f.file_no
