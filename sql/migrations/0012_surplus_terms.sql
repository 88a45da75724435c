-- The terms of a surplus: surplus = shed + machines − need. Null in forecasts made before.
ALTER TABLE forecast_surpluses
  ADD COLUMN shed     double precision,   -- persons fewer than three reports earlier
  ADD COLUMN machines double precision,   -- posts that machines take in the next three months
  ADD COLUMN need     double precision;   -- by occupation the largest of openings, planned hires and expected gap, summed
