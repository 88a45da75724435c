-- The counts of a file that was taken before under the same description, reference data and rules; and what is still to be told of it: a run that
-- was killed told nobody of columns that the feed does not know (a run writes its findings at its end, all at once).
-- $1 city, $2 feed, $3 SHA-256 of the file, $4 SHA-256 of the rules, $5 status: taken; replayed for workbooks of
-- corrections
SELECT f.read, f.rejected, f.skipped,
       ARRAY(SELECT key FROM jsonb_each_text(f.rejected_by_reason) ORDER BY key) AS reasons,
       ARRAY(SELECT value::bigint FROM jsonb_each_text(f.rejected_by_reason) ORDER BY key) AS reason_counts,
       CASE WHEN NOT EXISTS (SELECT FROM run_files k JOIN findings n USING (city, run_id, feed)
                              WHERE k.city = $1 AND k.feed = $2 AND k.sha256 = $3 AND n.kind = 'unknown_columns')
            THEN f.unknown_columns ELSE '{}' END AS untold_columns
  FROM run_files f
 WHERE f.city = $1 AND f.feed = $2 AND f.sha256 = $3 AND f.rules_sha256 = $4 AND f.status = $5
 ORDER BY f.run_id DESC, f.file_no DESC
 LIMIT 1;
