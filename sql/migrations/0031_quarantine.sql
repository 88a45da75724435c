-- Most rows of the quarantine stay open and share a few reasons: an index over them costs each night more than it spares an operator's list.
DROP INDEX quarantine_open;
