-- Is any file of a feed a full export, so that its versions have derived ones among them?
-- $1 city, $2 feed
SELECT EXISTS (SELECT FROM full_exports WHERE city = $1 AND feed = $2);
