#!/usr/bin/env bash
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=deploy/lib/packages.sh
source deploy/lib/packages.sh

usage() {
  cat <<'USAGE'
Usage: tests/torture/run.sh [--long] [--minutes N] [--seed N] [kubelet|burst|server|machine|soak|fuzz ...]

Tortures the exporter: its kubelet, its memory, its server, its machine, its patience, its parsers. Without
names all of them. What was tried and what held is printed.

  --long       for a night: 10,000 faults, 10,000 connections, a minute for each fuzzer, an hour's soak
  --minutes N  so long a soak
  --seed N     other random numbers than always
  --help       this text
USAGE
}

faults=200
lanes=8
connections=500
quiet_seconds=0
fuzz_seconds=5
minutes=0.3
seed=1
export PODPROBE_LONG=0
names=()
while [[ "$#" -gt 0 ]]; do
  case "$1" in
    --long)
      faults=10000
      lanes=16
      connections=10000
      quiet_seconds=200
      fuzz_seconds=60
      minutes=60
      PODPROBE_LONG=1
      ;;
    --minutes)
      minutes="$2"
      shift
      ;;
    --seed)
      seed="$2"
      shift
      ;;
    --help | -h)
      usage
      exit 0
      ;;
    kubelet | burst | server | machine | soak | fuzz) names+=("$1") ;;
    *)
      usage >&2
      say "Unknown argument: $1"
      exit 2
      ;;
  esac
  shift
done
if [[ "${#names[@]}" -eq 0 ]]; then
  names=(kubelet burst server machine fuzz soak)
fi

ensure_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
build_preset test podprobe-exporter
export PODPROBE_EXPORTER=.build/test/exporter/podprobe-exporter
export PYTHONDONTWRITEBYTECODE=1

torture() {
  case "$1" in
    kubelet)
      python3 tests/torture/tortured_kubelet.py --faults "$faults" --lanes "$lanes" \
        --seed "$seed" --quiet-seconds "$quiet_seconds"
      ;;
    burst) python3 tests/torture/burst_test.py -v ;;
    server) python3 tests/torture/tortured_server.py --connections "$connections" --seed "$seed" ;;
    machine) python3 tests/torture/tortured_machine_test.py -v ;;
    soak) python3 tests/torture/soak.py --minutes "$minutes" ;;
    fuzz) tests/fuzz/run.sh --seconds "$fuzz_seconds" ;;
  esac
}

failed=()
for name in "${names[@]}"; do
  say "== $name"
  torture "$name" || failed+=("$name")
done
if [[ "${#failed[@]}" -gt 0 ]]; then
  fail "Did not hold: ${failed[*]}"
fi
