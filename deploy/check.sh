#!/usr/bin/env bash
# Is the nightly job alive? Reads the ledger and answers as monitoring systems expect (Nagios, Icinga, Zabbix, cron mail).
#   deploy/check.sh CITY [HOURS]     HOURS: greatest age of the last good run, default 26
# Exit codes: 0 well, 1 look at it (rejected rows, late feeds), 2 act (stale, failed, no run), 3 the check itself could not ask.
set -uo pipefail
city=${1:?usage: $0 CITY [HOURS]}
hours=${2:-26}
case $hours in '' | *[!0-9]*) echo "UNKNOWN: HOURS should be a whole number, not $hours"; exit 3 ;; esac
here=$(cd "$(dirname "$0")/.." && pwd)
url=${LABOURWATCH_DATABASE_URL:-postgresql:///labourwatch}
if ! line=$(psql -X -q -A -t -F '|' -v ON_ERROR_STOP=1 -v city="$city" -v hours="$hours" \
  -f "$here/sql/monitoring/last_run.sql" "$url" 2>&1); then
  echo "UNKNOWN: the ledger cannot be read: $line"
  exit 3
fi
IFS='|' read -r severity sentence age <<< "$line"
case $severity in 0) word=OK ;; 1) word=WARNING ;; *) word=CRITICAL ;; esac
echo "$word: $city: $sentence | hours_since_good_run=$age"
exit "$severity"
