-- The header of the file of the feed that was taken last: of the same series where there is one. No row where the content was taken before, or
-- where there is none to compare with.
-- $1 city, $2 feed, $3 description, $4 series, $5 SHA-256 of the file
SELECT f.name, f.header, t.series = $4 AS same_series
  FROM run_files f
  JOIN file_traits t ON t.city = f.city AND t.run_id = f.run_id AND t.file_no = f.file_no
 WHERE f.city = $1 AND f.feed = $2 AND f.status = 'taken' AND f.header IS NOT NULL AND t.description = $3
   AND NOT EXISTS (SELECT FROM run_files k WHERE k.city = $1 AND k.feed = $2 AND k.sha256 = $5 AND k.status = 'taken')
 ORDER BY t.series = $4 DESC, f.run_id DESC, f.file_no DESC
 LIMIT 1;
