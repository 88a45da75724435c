-- Which staged rows of the feed indicators are new versions? The number of each row times four, plus what it is: 0 the first version of its key,
-- 1 newer than the newest version known (stored, or before it in the file), 2 older than that.
-- A row whose version (key, known_at and content) is stored, or came before in the file, is none of them. COPY takes no parameters: the city
-- comes from merge_settings.
COPY (
SELECT f.ordinal * 4 + CASE WHEN f.newest IS NULL THEN 0 WHEN f.known_at >= f.newest THEN 1 ELSE 2 END
  FROM (
       -- Keys that occur once in the file.
       SELECT s.ordinal, s.known_at,
              (SELECT max(v.known_at) FROM indicator_versions v
                WHERE v.city = s.city AND v.series = s.series AND v.region = s.region AND v.chain = s.chain AND v.month = s.month) AS newest
         FROM staging_indicators s
        WHERE s.city = (SELECT current_setting('labourwatch.city'))
          AND NOT EXISTS (SELECT FROM indicator_versions v
                           WHERE v.city = (SELECT current_setting('labourwatch.city'))
                             AND v.series = s.series AND v.region = s.region AND v.chain = s.chain AND v.month = s.month AND v.known_at = s.known_at AND v.content_hash = s.content_hash)
          AND NOT EXISTS (SELECT FROM staging_indicators r
                           WHERE r.city = (SELECT current_setting('labourwatch.city')) AND r.repeated
                             AND r.series = s.series AND r.region = s.region AND r.chain = s.chain AND r.month = s.month)
       UNION ALL
       -- Keys that may occur more than once: each version once, the newest before it also in the file. There are few: a count makes the server look
       -- each up in the index, once they are picked.
       SELECT n.ordinal, n.known_at,
              greatest(n.newest, max(n.known_at) OVER (PARTITION BY n.series, n.region, n.chain, n.month
                                                           ORDER BY n.ordinal ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
         FROM (WITH twice AS MATERIALIZED (
                 SELECT s.city, s.ordinal, s.series, s.region, s.chain, s.month, s.known_at, s.content_hash
                   FROM staging_indicators s
                  WHERE s.city = (SELECT current_setting('labourwatch.city'))
                    AND EXISTS (SELECT FROM staging_indicators r
                                 WHERE r.city = (SELECT current_setting('labourwatch.city')) AND r.repeated
                                   AND r.series = s.series AND r.region = s.region AND r.chain = s.chain AND r.month = s.month)
               )
               SELECT s.ordinal, s.series, s.region, s.chain, s.month, s.known_at, s.content_hash,
                      row_number() OVER (PARTITION BY s.series, s.region, s.chain, s.month, s.known_at, s.content_hash ORDER BY s.ordinal) AS number,
                      (SELECT max(v.known_at) FROM indicator_versions v
                        WHERE v.city = s.city AND v.series = s.series AND v.region = s.region AND v.chain = s.chain AND v.month = s.month) AS newest
                 FROM twice s
                WHERE (SELECT count(*) FROM indicator_versions v
                        WHERE v.city = s.city
                          AND v.series = s.series AND v.region = s.region AND v.chain = s.chain AND v.month = s.month AND v.known_at = s.known_at AND v.content_hash = s.content_hash) = 0) n
        WHERE n.number = 1) f
) TO STDOUT;
