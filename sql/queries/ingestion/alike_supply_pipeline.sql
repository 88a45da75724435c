-- The versions of the feed supply_pipeline that have the key of a staged row: the same columns as in stored_supply_pipeline.
COPY (
SELECT v.program, v.region, v.chain, v.occupation, v.month, v.known_at, v.content_hash, v.line = 0, v.ctid
  FROM (SELECT DISTINCT city, program, region, chain, occupation, month FROM staging_supply_pipeline
         WHERE city = (SELECT current_setting('labourwatch.city'))) s
  JOIN supply_pipeline_versions v ON v.city = s.city AND v.program = s.program AND v.region = s.region AND v.chain = s.chain AND v.occupation = s.occupation AND v.month = s.month
) TO STDOUT (FORMAT binary);
