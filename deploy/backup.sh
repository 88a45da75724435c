#!/usr/bin/env bash
# Backs up the database, or proves that a backup can be restored.
#   deploy/backup.sh run DIR [KEEP]     a dump in pg_dump's custom format into DIR; keeps the KEEP newest (default 14)
#   deploy/backup.sh verify FILE        restores FILE into a database of its own, counts, drops it again
# LABOURWATCH_DATABASE_URL names the database (default postgresql:///labourwatch). The key of the pseudonyms is NOT part of a backup: keep a copy
# of it elsewhere, or persons of two nights no longer match after a restore.
set -euo pipefail
url=${LABOURWATCH_DATABASE_URL:-postgresql:///labourwatch}

run() {
  local folder=$1 keep=${2:-14} file
  case $keep in '' | *[!0-9]* | 0) echo "KEEP should be a number from 1 on, not $keep" >&2; exit 2 ;; esac
  umask 077
  mkdir -p "$folder"
  file=$folder/labourwatch-$(date +%Y%m%dT%H%M%S).dump
  # Staging tables are empty between runs.
  pg_dump --format=custom --no-owner --exclude-table-data='staging_*' --file="$file.part" "$url"
  pg_restore --list "$file.part" > /dev/null
  sync "$file.part"
  mv "$file.part" "$file"
  find "$folder" -maxdepth 1 -name 'labourwatch-*.dump' | sort -r | tail -n "+$((keep + 1))" | xargs -r rm --
  echo "$file: $(stat -c %s "$file") bytes"
}

verify() {
  local file=$1 scratch
  scratch=labourwatch_verify_$$
  psql -X -q -v ON_ERROR_STOP=1 -c "CREATE DATABASE $scratch" "$url"
  trap 'psql -X -q -c "DROP DATABASE IF EXISTS '"$scratch"'" "$url"' EXIT
  # The same server and user, another database.
  local target
  target=$(printf '%s' "$url" | sed -E "s#^(postgres(ql)?://[^/]*/)[^?]*#\1$scratch#")
  pg_restore --no-owner --no-privileges --exit-on-error --dbname="$target" "$file"
  psql -X -A -t -v ON_ERROR_STOP=1 "$target" -c \
    "SELECT 'restored: ' || (SELECT count(*) FROM labourwatch.runs) || ' runs, ' || (SELECT count(*) FROM labourwatch.vacancy_versions) || ' versions of postings'"
}

case ${1:-} in
  run) run "${2:?usage: $0 run DIR [KEEP]}" "${3:-14}" ;;
  verify) verify "${2:?usage: $0 verify FILE}" ;;
  *) echo "usage: $0 run DIR [KEEP] | verify FILE" >&2; exit 2 ;;
esac
