-- Loads a city's reference data, given as one JSON document, after clear_reference in the same transaction.
-- $1 city, $2 {"regions": […], "chains": […], "chain_industries": […], "occupations": […], "indicators": […], "targets": […], "levers": […]}
WITH put_regions AS (
  INSERT INTO regions (city, code, position, name, level, parent, code_system, aliases)
  SELECT $1, code, position, name, level, parent, code_system, aliases
    FROM jsonb_to_recordset($2::jsonb -> 'regions')
         AS r (code text, position integer, name text, level text, parent text, code_system text, aliases text[])
), put_chains AS (
  INSERT INTO chains (city, code, position, name, name_en, parent, chain_group, valid_from, valid_to, aliases)
  SELECT $1, code, position, name, name_en, parent, chain_group, valid_from, valid_to, aliases
    FROM jsonb_to_recordset($2::jsonb -> 'chains')
         AS r (code text, position integer, name text, name_en text, parent text, chain_group text, valid_from date,
               valid_to date, aliases text[])
), put_industries AS (
  INSERT INTO chain_industries (city, chain, industry, edition)
  SELECT $1, chain, industry, edition
    FROM jsonb_to_recordset($2::jsonb -> 'chain_industries') AS r (chain text, industry text, edition text)
), put_occupations AS (
  INSERT INTO occupations (city, code, position, name, officer_group, officer_group_name, edition, aliases)
  SELECT $1, code, position, name, officer_group, officer_group_name, edition, aliases
    FROM jsonb_to_recordset($2::jsonb -> 'occupations')
         AS r (code text, position integer, name text, officer_group text, officer_group_name text, edition text,
               aliases text[])
), put_indicators AS (
  INSERT INTO indicators (city, code, position, name, name_en, unit, note)
  SELECT $1, code, position, name, name_en, unit, note
    FROM jsonb_to_recordset($2::jsonb -> 'indicators')
         AS r (code text, position integer, name text, name_en text, unit text, note text)
), put_targets AS (
  INSERT INTO targets (city, region, indicator, period_start, period_end, target, source)
  SELECT $1, region, indicator, period_start, period_end, target, source
    FROM jsonb_to_recordset($2::jsonb -> 'targets')
         AS r (region text, indicator text, period_start date, period_end date, target double precision, source text)
)
INSERT INTO levers (city, code, position, name, name_en, officer_groups, lead_time_months, capacity, capacity_unit, source)
SELECT $1, code, position, name, name_en, officer_groups, lead_time_months, capacity, capacity_unit, source
  FROM jsonb_to_recordset($2::jsonb -> 'levers')
       AS r (code text, position integer, name text, name_en text, officer_groups text[], lead_time_months integer,
             capacity double precision, capacity_unit text, source text);
