#!/usr/bin/env bash
# Makes a fresh Debian 12 server ready for labourwatch. Run as root in the checkout; may be run again at any time (also to upgrade).
#   deploy/bootstrap.sh [--city suqian] [--profile jobs/suqian] [--prefix /usr/local] [--no-build] [--start]
#     --no-build   the program is installed already (no Swift toolchain on this machine)
#     --start      enable the nightly timer at once
set -euo pipefail

city=suqian profile=jobs/suqian prefix=/usr/local build=yes start=no
while [ $# -gt 0 ]; do
  case $1 in
    --city) city=${2:?}; shift 2 ;;
    --profile) profile=${2:?}; shift 2 ;;
    --prefix) prefix=${2:?}; shift 2 ;;
    --no-build) build=no; shift ;;
    --start) start=yes; shift ;;
    *) sed -n '2,5p' "$0" >&2; exit 2 ;;
  esac
done
[ "$(id -u)" -eq 0 ] || { echo "run it as root" >&2; exit 2; }
case $city in '' | *[!a-z0-9-]*) echo "--city should be a short code of small letters, digits and hyphens" >&2; exit 2 ;; esac
cd "$(dirname "$0")/.."
[ -f "$profile/profile.yaml" ] || { echo "there is no profile in $profile" >&2; exit 2; }

# 1. Packages and program.
if [ $build = yes ]; then
  command -v swift > /dev/null || { echo "no Swift toolchain in PATH: install one, or build elsewhere and use --no-build" >&2; exit 2; }
  deploy/packages.sh build
  make install PREFIX="$prefix"
else
  deploy/packages.sh run
  [ -x "$prefix/bin/labourwatch" ] || { echo "$prefix/bin/labourwatch is missing" >&2; exit 2; }
fi

# 2. User, folders, key.
id labourwatch > /dev/null 2>&1 ||
  useradd --system --home-dir /var/lib/labourwatch --no-create-home --shell /usr/sbin/nologin labourwatch
install -d -o labourwatch -g labourwatch -m 0750 /var/lib/labourwatch /var/log/labourwatch /srv/labourwatch "/srv/labourwatch/$city"
install -d -o labourwatch -g labourwatch -m 2770 "/srv/labourwatch/$city/inbox"
install -d -o labourwatch -g labourwatch -m 2750 "/srv/labourwatch/$city/lists"
install -d -o root -g labourwatch -m 0750 /etc/labourwatch
if [ ! -e /var/lib/labourwatch/pseudonym.key ]; then
  (umask 077 && head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n' > /var/lib/labourwatch/pseudonym.key)
  chown labourwatch: /var/lib/labourwatch/pseudonym.key
  echo "made /var/lib/labourwatch/pseudonym.key: keep a copy of it where the backups are not"
fi

# 3. Settings: what an administrator has changed stays.
if [ ! -e "/etc/labourwatch/$city" ]; then
  cp -r "$profile" "/etc/labourwatch/$city"
  rm -rf "/etc/labourwatch/$city/inbox"
  chown -R root:labourwatch "/etc/labourwatch/$city"
  chmod -R g+rX,o-rwx "/etc/labourwatch/$city"
fi
if [ ! -e "/etc/labourwatch/$city.env" ]; then
  sed "s#/suqian#/$city#g" deploy/labourwatch.env > "/etc/labourwatch/$city.env"
  chown root:labourwatch "/etc/labourwatch/$city.env"
  chmod 0640 "/etc/labourwatch/$city.env"
fi
install -m 0644 deploy/labourwatch.logrotate /etc/logrotate.d/labourwatch

# 4. The database: this machine's PostgreSQL, unless the settings name another server.
if grep -qx 'LABOURWATCH_DATABASE_URL=postgresql:///labourwatch' "/etc/labourwatch/$city.env"; then
  if [ -z "$(pg_lsclusters -h)" ]; then
    version=$(find /usr/lib/postgresql -maxdepth 1 -mindepth 1 -printf '%f\n' | sort -n | tail -1)
    pg_createcluster "$version" main -- --data-checksums > /dev/null
  fi
  if ! pg_lsclusters -h | awk '$4 ~ /^online/ { found = 1 } END { exit !found }'; then
    read -r version name _ < <(pg_lsclusters -h)
    pg_ctlcluster "$version" "$name" start
  fi
  as_postgres() { (cd / && runuser -u postgres -- psql -X -q -A -t -v ON_ERROR_STOP=1 -d postgres -c "$1"); }
  [ -n "$(as_postgres "SELECT 1 FROM pg_roles WHERE rolname = 'labourwatch'")" ] || as_postgres 'CREATE ROLE labourwatch LOGIN'
  [ -n "$(as_postgres "SELECT 1 FROM pg_database WHERE datname = 'labourwatch'")" ] ||
    as_postgres "CREATE DATABASE labourwatch OWNER labourwatch TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
  (cd /var/lib/labourwatch && runuser -u labourwatch -- env LABOURWATCH_DATABASE_URL=postgresql:///labourwatch LABOURWATCH_HOME=/var/lib/labourwatch \
    "$prefix/bin/labourwatch" migrate --profile "/etc/labourwatch/$city")
  (cd / && runuser -u postgres -- psql -X -q -v ON_ERROR_STOP=1 -d labourwatch -f - < "$prefix/share/labourwatch/sql/roles.sql")
fi

# 5. Every night.
if [ -d /run/systemd/system ]; then
  for unit in labourwatch@.service labourwatch@.timer; do
    sed "s#/usr/local#$prefix#g" "deploy/$unit" > "/etc/systemd/system/$unit"
  done
  systemctl daemon-reload
  if [ $start = yes ]; then systemctl enable --now "labourwatch@$city.timer"; fi
  echo "ready. A first night by hand: systemctl start labourwatch@$city; every night: systemctl enable --now labourwatch@$city.timer"
else
  echo "ready. This machine has no systemd: see deploy/labourwatch.cron"
fi
