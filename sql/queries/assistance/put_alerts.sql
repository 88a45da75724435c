-- Writes what a night made of the alerts. The one status that a night gives an alert that stands is lapsed; all others are the officers',
-- who may have decided since the night read it: their decision stays, and what they act on or resolved does not lapse.
-- $1 city, $2 run, $3 [{"fingerprint", "opened_on", "kind", "chain", "region", "occupation", "team", "level", "status", "calm_periods",
-- "calm_level", "evaluated_for", "closed_on"}, …]
INSERT INTO alerts AS a (city, fingerprint, opened_on, kind, chain, region, occupation, team, level, status, officer,
                         calm_periods, calm_level, evaluated_for, run_id, closed_on)
SELECT $1, fingerprint, opened_on, kind, chain, region, occupation, team, level, status, NULL, calm_periods, calm_level,
       evaluated_for, $2, closed_on
  FROM jsonb_to_recordset($3::jsonb)
       AS r (fingerprint text, opened_on date, kind text, chain text, region text, occupation text, team text, level text,
             status text, calm_periods integer, calm_level text, evaluated_for date, closed_on date)
    ON CONFLICT (city, fingerprint, opened_on) DO UPDATE
   SET level = excluded.level,
       status = CASE WHEN excluded.status = 'lapsed' AND a.status IN ('open', 'claimed') THEN excluded.status ELSE a.status END,
       calm_periods = excluded.calm_periods,
       calm_level = excluded.calm_level, evaluated_for = excluded.evaluated_for, run_id = excluded.run_id,
       closed_on = CASE WHEN excluded.status = 'lapsed' AND a.status IN ('open', 'claimed') THEN excluded.closed_on
                        ELSE a.closed_on END
