#!/usr/bin/env bash
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=deploy/lib/packages.sh
source deploy/lib/packages.sh

usage() {
  cat <<'USAGE'
Usage: tests/fuzz/run.sh [--seconds N]
       [prometheus|openmetrics|pod_list|config|web_config|http|recording ...]

Builds fuzzers with clang and runs each so long (60 seconds, without names all of them). Finds go to
.build/fuzz/new-NAME; what is worth keeping is merged into the corpus with
  .build/fuzz/tests/fuzz/NAME_fuzz -merge=1 tests/fuzz/corpus/NAME .build/fuzz/new-NAME
and becomes a row in the tests of what was fuzzed.
USAGE
}

readonly FUZZERS=(prometheus openmetrics pod_list config web_config http recording)
seconds=60
names=()
while [[ "$#" -gt 0 ]]; do
  case "$1" in
    --seconds)
      seconds="$2"
      shift
      ;;
    --help | -h)
      usage
      exit 0
      ;;
    *)
      if [[ " ${FUZZERS[*]} " != *" $1 "* ]]; then
        usage >&2
        say "Unknown argument: $1"
        exit 2
      fi
      names+=("$1")
      ;;
  esac
  shift
done
if [[ "${#names[@]}" -eq 0 ]]; then
  names=("${FUZZERS[@]}")
fi

ensure_packages "${BUILD_PACKAGES[@]}" clang
build_preset fuzz "${names[@]/%/_fuzz}"

root="$PWD"
failed=()
for name in "${names[@]}"; do
  new=".build/fuzz/new-$name"
  mkdir -p "$new"
  dictionary=()
  if [[ -f "tests/fuzz/$name.dict" ]]; then
    dictionary=("-dict=$root/tests/fuzz/$name.dict")
  elif [[ "$name" == prometheus || "$name" == openmetrics ]]; then
    dictionary=("-dict=$root/tests/fuzz/exposition.dict")
  fi
  say "== $name, ${seconds} s"
  # Ends with how often it ran; a find is a file, and its text goes before.
  (cd "$new" && "$root/.build/fuzz/tests/fuzz/${name}_fuzz" -max_total_time="$seconds" \
    -max_len=4000 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 "${dictionary[@]}" \
    . "$root/tests/fuzz/corpus/$name") 2>&1 |
    grep -E -A40 'stat::number_of_executed_units|ERROR|--- got|Test unit written' || failed+=("$name")
  if compgen -G "$new/crash-*" >/dev/null || compgen -G "$new/timeout-*" >/dev/null ||
    compgen -G "$new/oom-*" >/dev/null; then
    failed+=("$name")
  fi
done
if [[ "${#failed[@]}" -gt 0 ]]; then
  fail "Found something: ${failed[*]}"
fi
