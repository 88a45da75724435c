-- Which regions stand for the whole place? Their totals are the place's own.
-- $1 city
SELECT code FROM regions WHERE city = $1 AND level = 'city' ORDER BY code
