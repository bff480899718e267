#!/bin/sh
# Builds a fuzzer and runs it: tests/fuzz/run.sh prometheus|openmetrics [SECONDS]
# Finds go to .build/fuzz/new-NAME; what is worth keeping is merged into corpus/ with
#   .build/fuzz/tests/fuzz/NAME_fuzz -merge=1 tests/fuzz/corpus/NAME .build/fuzz/new-NAME
# and becomes a row in the parser's tests.
set -eu
name=$1
seconds=${2:-60}
root=$(cd "$(dirname "$0")/../.." && pwd)
build="$root/.build/fuzz"
new="$build/new-$name"
mkdir -p "$new"
cmake -S "$root" --preset fuzz >"$build/cmake.log"
ninja -C "$build" "${name}_fuzz"
cd "$new"
exec "$build/tests/fuzz/${name}_fuzz" -max_total_time="$seconds" -max_len=2000 -timeout=10 \
  -dict="$root/tests/fuzz/exposition.dict" "$new" "$root/tests/fuzz/corpus/$name"
