#!/usr/bin/env bash
# Measures speed and memory of the day on this machine; nothing else should run beside it.
#   Benchmarks/run.sh PROGRAM [ENTERPRISES] [ENTERPRISES OF THE LARGE CITY]
# The large city (3,000 enterprises, some 770,000 posting versions) shows how cost grows; 20000 makes it one of five million versions, which takes
# a quarter of an hour and 15 GB of disk. 0 leaves it out.
# Everything is made here with fixed seeds: a simulated city and panels cut from it. Figures are whole processes: wall-clock seconds, CPU seconds of
# the program, and its largest resident memory.
set -euo pipefail
program=$(realpath "$1")
enterprises=${2:-420}
large=${3:-3000}
work=$(mktemp -d)
export LABOURWATCH_HOME=$work/home
trap '"$program" local stop > /dev/null 2>&1 || true; LABOURWATCH_HOME=$work/large/home "$program" local stop > /dev/null 2>&1 || true; rm -rf "$work"' EXIT

figure() { # figure LABEL COMMAND…: runs it quietly and prints what it cost
  local label=$1 status=0
  shift
  local before after
  before=$(date +%s.%N)
  { LC_ALL=C bash -c 'TIMEFORMAT="%U %S"; time "$@" > "$0" 2>> "$0"' "$work/log" "$@"; } 2> "$work/cost" || status=$?
  after=$(date +%s.%N)
  if [ "$status" -ne 0 ] && [ "$status" -ne 3 ]; then
    echo "$label failed ($status): $(tail -n 1 "$work/log")" >&2
    exit 1
  fi
  tail -n 1 "$work/cost" | awk -v label="$label" -v wall="$(awk "BEGIN { print $after - $before }")" -v memory="$(memory)" \
    '{ printf "%-58s %7.2f s wall %7.2f s CPU %8s\n", label, wall, $1 + $2, memory }'
}

memory() { # the last run's largest resident memory, from its summary
  [ -s "$work/summary.json" ] || { echo "-"; return; }
  sed -nE 's/.*"peak_memory_bytes":([0-9]+).*/\1/p' "$work/summary.json" | awk '{ printf "%.0f MB", $1 / 1e6 }'
}

"$program" simulate --quiet --out "$work/city" --enterprises "$enterprises" --months 36 --start 2019-01 --seed 7 > /dev/null
rows=$(cat "$work"/city/feeds/*.csv | wc -l)
inbox=$work/city/feeds
night=(nightly --quiet --inbox "$inbox" --out "$work/lists" --now 2022-01-05T02:00:00 --summary "$work/summary.json")
"$program" migrate --quiet

echo "a city of $enterprises enterprises, 36 months, $rows rows"
figure "a night from empty" "$program" "${night[@]}"
figure "the same night again: nothing changed" "$program" "${night[@]}"
figure "all files read again, forced" "$program" ingest --quiet --force --inbox "$inbox" --now 2022-01-05T03:00:00 \
  --summary "$work/summary.json"
figure "forecast as of an earlier month" "$program" forecast --quiet --as-of 2021-09 --now 2022-01-05T03:00:00 \
  --summary "$work/summary.json"

if [ "$large" -gt 0 ]; then
  "$program" local stop > /dev/null
  rm -f "$work/summary.json"
  small=$(wc -l < "$work/city/feeds/vacancies.csv")
  "$program" simulate --quiet --out "$work/large" --enterprises "$large" --months 36 --start 2019-01 --seed 7 > /dev/null
  versions=$(wc -l < "$work/large/feeds/vacancies.csv")
  export LABOURWATCH_HOME=$work/large/home
  echo "a city of $large enterprises, $versions posting versions ($((100 * versions / small)) % of the city above)"
  figure "ingest from empty" "$program" ingest --quiet --inbox "$work/large/feeds" --now 2022-01-05T02:00:00 \
    --summary "$work/summary.json"
  figure "forecast" "$program" forecast --quiet --as-of 2021-12 --now 2022-01-05T02:00:00 --summary "$work/summary.json"
  "$program" local stop > /dev/null
  export LABOURWATCH_HOME=$work/home
  rm -rf "$work/large"
fi

rm -f "$work/summary.json"
panel() { # panel SERIES: seasonal random walks, 96 months, fixed seed
  awk -v n="$1" 'BEGIN { srand(96); print "unique_id,ds,y"; for (i = 0; i < n; i++) { level = 4 + 3 * rand(); phase = int(12 * rand())
    for (t = 0; t < 96; t++) { level += 0.02 * (rand() - 0.48)
      printf "S%06d,%d-%02d-01,%.4f\n", i, 2012 + int(t / 12), t % 12 + 1, exp(level + 0.1 * sin((t + phase) * 0.5235988)) } } }'
}
panel 5000 > "$work/panel.csv"
echo "a panel of 5,000 series of 96 months, 6 months ahead"
figure "series forecast, default combination, one thread" "$program" series forecast --input "$work/panel.csv" --horizon 6 \
  --threads 1 --output "$work/o.csv"
figure "series forecast, default combination, all cores" "$program" series forecast --input "$work/panel.csv" --horizon 6 \
  --output "$work/o.csv"
figure "series forecast, pooled model alone, one thread" "$program" series forecast --input "$work/panel.csv" --horizon 6 \
  --threads 1 --models pooled --output "$work/o.csv"
