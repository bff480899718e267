#!/usr/bin/env bash
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/lib/packages.sh
source deploy/lib/packages.sh

usage() {
  cat <<'USAGE'
Usage: tests/run.sh [--asan] [--tsan] [--long] [-- CTEST_ARGUMENTS]

Installs what is missing, builds, and runs every test.

  --asan   under AddressSanitizer and UndefinedBehaviorSanitizer
  --tsan   under ThreadSanitizer
  --long   also the tests that take minutes
  --help   this text

What follows `--` goes to ctest: tests/run.sh -- -R Replay
USAGE
}

preset="test"
label_exclude=(--label-exclude '^long$')
ctest_arguments=()
while [[ "$#" -gt 0 ]]; do
  case "$1" in
    --asan) preset=asan ;;
    --tsan) preset=tsan ;;
    --long) label_exclude=() ;;
    --help | -h)
      usage
      exit 0
      ;;
    --)
      shift
      ctest_arguments=("$@")
      break
      ;;
    *)
      usage >&2
      say "Unknown argument: $1"
      exit 2
      ;;
  esac
  shift
done

ensure_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
build_preset "$preset"
exec ctest --test-dir ".build/$preset" --output-on-failure --parallel "$(nproc)" \
  "${label_exclude[@]}" "${ctest_arguments[@]}"
