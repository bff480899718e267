#!/usr/bin/env bash
# Takes the pictures of the dashboards in this folder: the committed dashboards, drawn with Grafana's own panel
# components, from a Prometheus that holds the recordings in tests/testdata. Not part of the tests: the libraries are
# half a gigabyte.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=deploy/lib/packages.sh
source deploy/lib/packages.sh

usage() {
  cat <<'USAGE'
Usage: grafana/pictures/run.sh [DASHBOARD …]

Installs what is missing, builds the exporter, and takes grafana/pictures/podprobe-*.png; with DASHBOARD (a uid) only those.
Needs a Node.js of at least 20 with npm.
USAGE
}

if [[ "${1:-}" == --help || "${1:-}" == -h ]]; then
  usage
  exit 0
fi
for command in node npm; do
  command -v "$command" >/dev/null || fail "There is no $command here: install Node.js 20 or later with its npm."
done
ensure_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}" fonts-inter pngquant
build_preset release podprobe-exporter

# Beside the build: what is installed and drawn, the page a copy so that it finds its libraries.
work=.build/pictures
mkdir -p "$work/png"
cp grafana/pictures/*.js grafana/pictures/*.jsx grafana/pictures/index.html grafana/pictures/package*.json "$work/"
if [[ ! -f "$work/installed" ]] || ! cmp --quiet grafana/pictures/package-lock.json "$work/installed"; then
  say "Installing Grafana's panel components: half a gigabyte"
  npm ci --prefix "$work" --no-audit --no-fund --loglevel=error >&2
  cp grafana/pictures/package-lock.json "$work/installed"
fi

coproc STORE {
  PODPROBE_EXPORTER=.build/release/exporter/podprobe-exporter exec python3 tests/grafana/capture_store.py
}
# The store ends when its input does, also when this script does not end well.
read -r store <&"${STORE[0]}" || fail "The Prometheus with the recordings did not start; its words stand above."
url="$(python3 -c 'import json, sys; print(json.loads(sys.argv[1])["url"])' "$store")"
now="$(python3 -c 'import json, sys; print(json.loads(sys.argv[1])["now"])' "$store")"

node "$work/take.js" "$url" "$now" grafana/dashboards "$work/png" "$@"
for picture in "$work"/png/*.png; do
  pngquant --force --quality 60-95 --speed 1 --output "grafana/pictures/$(basename "$picture")" "$picture"
  rm "$picture"
done
ls -l grafana/pictures/*.png
