-- Says that a run is alive.
-- $1 city, $2 run id, $3 the real clock (unix seconds)
UPDATE runs SET heartbeat_at = to_timestamp($3::double precision) WHERE city = $1 AND run_id = $2;
