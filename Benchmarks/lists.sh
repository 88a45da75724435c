#!/usr/bin/env bash
# Measures all lists of a large city: 20 chains × 9 regions × 33 occupations and 20,000 enterprises.
#   Benchmarks/lists.sh PROGRAM [ENTERPRISES]
# The forecast is made up in the database (lists.sql); what is measured is `labourwatch report`: reading it, alerts, every list of every team.
set -euo pipefail
program=$(realpath "$1")
enterprises=${2:-20000}
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
export LABOURWATCH_HOME=$work/home
trap '"$program" local stop > /dev/null 2>&1 || true; rm -rf "$work"' EXIT

"$program" migrate --quiet
"$program" local psql -- -q -v ON_ERROR_STOP=1 -v enterprises="$enterprises" -f "$here/lists.sql" > /dev/null

report() { # report FOLDER: writes the lists of the night, prints what it cost
  local before after
  before=$(date +%s.%N)
  "$program" report --quiet --as-of 2021-12 --out "$work/$1" --now 2022-01-05T02:00:00 --summary "$work/$1.json" > /dev/null
  after=$(date +%s.%N)
  awk -v label="$2" -v wall="$(awk "BEGIN { print $after - $before }")" -v json="$(cat "$work/$1.json")" 'BEGIN {
    match(json, /"peak_memory_bytes":[0-9]+/); memory = substr(json, RSTART + 20, RLENGTH - 20)
    match(json, /"cpu_seconds":[0-9.]+/); cpu = substr(json, RSTART + 14, RLENGTH - 14)
    printf "%-58s %7.2f s wall %7.2f s CPU %5.0f MB\n", label, wall, cpu, memory / 1e6 }'
}

largest() { # largest ENDING: the largest file of that kind, in kB
  find "$work/first" -name "*.$1" -printf '%s\n' | sort -n | tail -n 1 | awk '{ printf "%.0f kB", $1 / 1000 }'
}

echo "lists of 20 chains × 9 regions × 33 occupations, $enterprises enterprises"
report first "all lists of a night"
report second "the same lists again, in another folder"
same=yes
differing=$(diff -rq "$work/first" "$work/second") || same="NO, $(wc -l <<< "$differing") differ, the first: $(sed -n '1s/ differ$//;1s/.* //p' <<< "$differing")"
echo "largest workbook $(largest xlsx), largest page $(largest html), $(find "$work/first" -type f | wc -l) files; byte for byte the same again: $same"
