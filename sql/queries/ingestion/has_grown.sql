-- Whether a table grew by a twentieth or more since its rows were last counted, and whether by a half or more.
-- $1 table, $2 new rows
SELECT $2::bigint > 0.05 * greatest(c.reltuples, 0) AS has_grown, $2::bigint > 0.5 * greatest(c.reltuples, 0) AS has_outgrown
  FROM pg_class c WHERE c.oid = to_regclass($1);
