#!/usr/bin/env bash
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/lib/packages.sh
source deploy/lib/packages.sh

usage() {
  cat <<'USAGE'
Usage: tests/lint.sh [format|shell|cppcheck|clang|tidy ...]

Looks at the code without running it: clang-format (14), shellcheck, cppcheck, what clang (14) warns of
that gcc does not, and clang-tidy (14), as .clang-format and .clang-tidy say. Without names all of them;
clang-tidy takes long.
USAGE
}

names=()
while [[ "$#" -gt 0 ]]; do
  case "$1" in
    --help | -h)
      usage
      exit 0
      ;;
    format | shell | cppcheck | clang | tidy) names+=("$1") ;;
    *)
      usage >&2
      say "Unknown argument: $1"
      exit 2
      ;;
  esac
  shift
done
if [[ "${#names[@]}" -eq 0 ]]; then
  names=(format shell cppcheck clang tidy)
fi

ensure_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}" clang clang-format-14 clang-tidy-14 cppcheck shellcheck

# The files of the repository that match, those that are not committed yet included.
files() {
  git ls-files --cached --others --exclude-standard -- "$@"
}

lint() {
  case "$1" in
    format) files '*.cc' '*.h' | xargs clang-format-14 --dry-run --Werror ;;
    shell) files '*.sh' | xargs shellcheck --external-sources ;;
    cppcheck)
      # Without the libraries' headers, of which it would say each time that they are not there. It
      # takes 0ms for a broken number, and a pointer into a buffer for one to the pointer beside it.
      files 'parsers/*.cc' 'config/*.cc' 'exporter/*.cc' |
        xargs cppcheck --quiet --error-exitcode=1 --std=c++20 --language=c++ -I . \
          --enable=warning,performance,portability --inline-suppr \
          --suppress=missingIncludeSystem --suppress=cppcheckError:config/value_reader.cc \
          --suppress=returnDanglingLifetime:parsers/exposition_parser.cc
      ;;
    clang) build_preset clang ;;
    tidy)
      cmake --preset test --log-level=WARNING >&2
      # What is generated it reads, too.
      cmake --build --preset test --parallel "$(nproc)" --target podprobe_web >&2
      files 'parsers/*.cc' 'config/*.cc' 'exporter/*.cc' |
        xargs --max-procs="$(nproc)" --max-args=4 clang-tidy-14 -p .build/test --quiet --extra-arg=-Wno-unknown-warning-option
      ;;
  esac
}

failed=()
for name in "${names[@]}"; do
  say "== $name"
  lint "$name" || failed+=("$name")
done
if [[ "${#failed[@]}" -gt 0 ]]; then
  fail "Not clean: ${failed[*]}"
fi
