-- Whether a table grew by a twentieth or more since the planner last looked at it.
-- $1 table, $2 new rows
SELECT $2::bigint > 0.05 * greatest(c.reltuples, 0) FROM pg_class c WHERE c.oid = to_regclass($1);
