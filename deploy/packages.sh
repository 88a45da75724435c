#!/usr/bin/env bash
# Installs the system packages that labourwatch needs, where they are missing (Debian 12 or later).
#   deploy/packages.sh build   what building and testing needs (the default)
#   deploy/packages.sh run     what a server needs that only runs an installed release
set -euo pipefail

run_packages=(postgresql libpq5 libssl3 libcurl4 ca-certificates zlib1g libzip4 libexpat1 libxlsxwriter4 tzdata)
build_packages=(postgresql libpq-dev libssl-dev libcurl4-openssl-dev ca-certificates openssl zlib1g-dev libzip-dev libexpat1-dev libxlsxwriter-dev tzdata)

case "${1:-build}" in
  run) wanted=("${run_packages[@]}") ;;
  build) wanted=("${build_packages[@]}") ;;
  *) echo "usage: $0 [build|run]" >&2; exit 2 ;;
esac

missing=()
for package in "${wanted[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

echo "installing: ${missing[*]}"
if [ "$(id -u)" -ne 0 ]; then
  echo "These packages are missing and only root may install them. Run:" >&2
  echo "  sudo apt-get update && sudo apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# A machine that installs the server for the first time must not also create and start Debian's own cluster.
if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
  mkdir -p /etc/postgresql-common
  echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
fi
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
