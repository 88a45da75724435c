-- What officers write into the lists that they get: the last word about an alert is printed again on the next night's list.
ALTER TABLE alerts ADD COLUMN note text;     -- of the newest step that an officer took; identity and mobile numbers masked
