-- Takes a city's reference data away before it is loaded anew, in the same transaction.
-- $1 city
WITH industries AS (DELETE FROM chain_industries WHERE city = $1),
     chains_gone AS (DELETE FROM chains WHERE city = $1),
     regions_gone AS (DELETE FROM regions WHERE city = $1),
     occupations_gone AS (DELETE FROM occupations WHERE city = $1),
     indicators_gone AS (DELETE FROM indicators WHERE city = $1),
     links_gone AS (DELETE FROM enterprise_links WHERE city = $1),
     mergers_gone AS (DELETE FROM enterprise_mergers WHERE city = $1),
     employers_gone AS (DELETE FROM enterprise_employers WHERE city = $1),
     targets_gone AS (DELETE FROM targets WHERE city = $1)
DELETE FROM levers WHERE city = $1;
