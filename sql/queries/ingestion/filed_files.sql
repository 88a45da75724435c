-- Which files has each feed filed, when did each first come, and what was in it? A file that comes again under another name counts again.
-- $1 city, $2 the run's clock (unix seconds): what came later is not looked at
WITH filed AS (
  SELECT DISTINCT ON (feed, sha256, name) feed, sha256, name, run_id, file_no, finished_at
    FROM run_files
   WHERE city = $1 AND status IN ('taken', 'known') AND finished_at <= to_timestamp($2::double precision)
   ORDER BY feed, sha256, name, run_id, file_no
), reading AS (
  SELECT DISTINCT ON (f.feed, f.sha256) f.feed, f.sha256, f.read, t.*
    FROM run_files f
    JOIN file_traits t ON t.city = f.city AND t.run_id = f.run_id AND t.file_no = f.file_no
   WHERE f.city = $1 AND f.status = 'taken' AND f.finished_at <= to_timestamp($2::double precision)
   ORDER BY f.feed, f.sha256, f.run_id DESC, f.file_no DESC
)
SELECT f.feed, r.description, r.series, f.name, r.read, extract(epoch FROM f.finished_at)::bigint AS received, r.newest_known_at,
       r.is_cut_off, r.future_rows, r.regions, r.region_rows, r.chains, r.chain_rows
  FROM filed f
  JOIN reading r ON r.feed = f.feed AND r.sha256 = f.sha256
 ORDER BY f.finished_at, f.run_id, f.file_no;
