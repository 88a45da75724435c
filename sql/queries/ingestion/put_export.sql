-- Enters a file as a full export of its scopes; returns its newest moment. A file that was entered before keeps its moment; where another file has the
-- same, the one received later follows it by a microsecond: nothing else tells their order.
-- $1 city, $2 feed, $3 scopes, $4 moment (local), $5 SHA-256 of the file, $6 run id
WITH entered AS (
  INSERT INTO full_exports (city, feed, scope, moment, file_sha256, run_id)
  SELECT $1, $2, s.scope,
         coalesce((SELECT max(e.moment) + interval '1 microsecond' FROM full_exports e
                    WHERE e.city = $1 AND e.feed = $2 AND e.scope = s.scope
                      AND e.moment >= $4::timestamp AND e.moment < $4::timestamp + interval '1 second'), $4::timestamp),
         $5, $6
    FROM unnest($3::text[]) AS s (scope)
   WHERE NOT EXISTS (SELECT FROM full_exports e
                      WHERE e.city = $1 AND e.feed = $2 AND e.scope = s.scope AND e.file_sha256 = $5)
  RETURNING moment
)
SELECT coalesce(max(moment), $4::timestamp) AS moment
  FROM (SELECT moment FROM entered
        UNION ALL
        SELECT e.moment FROM full_exports e
         WHERE e.city = $1 AND e.feed = $2 AND e.scope = ANY ($3::text[]) AND e.file_sha256 = $5) own;
