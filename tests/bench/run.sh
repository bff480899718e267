#!/bin/sh
# Builds the benchmarks and, where their Debian packages are installed, the peers, and
# runs the parsers side by side: tests/bench/run.sh [--rounds N] [PAGE...]
# Without pages of its own also what a reading costs after its parse (merge_bench.cc) and what
# a page costs (web_bench.cc).
#
# The peers need: golang-1.19-go golang-github-victoriametrics-victoriametrics-dev
#   golang-github-victoriametrics-metrics-dev golang-github-victoriametrics-metricsql-dev
#   golang-github-valyala-fastjson-dev golang-github-valyala-fastrand-dev
#   golang-github-valyala-histogram-dev golang-github-prometheus-common-dev
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build="$root/.build/bench"
mkdir -p "$build"
cmake -S "$root" --preset bench >"$build/cmake.log"
ninja -C "$build" parser_bench merge_bench web_bench

peers=
go=$(command -v go || ls /usr/lib/go-*/bin/go 2>/dev/null | tail -n 1 || true)
if [ -n "$go" ] && [ -d /usr/share/gocode/src/github.com/VictoriaMetrics/VictoriaMetrics ]; then
  mkdir -p "$build/gopath"
  GO111MODULE=off GOPATH="$build/gopath:/usr/share/gocode" GOCACHE="$build/gocache" CGO_ENABLED=0 \
    "$go" build -o "$build/peers" "$root/tests/bench/peers/peers.go"
  peers="--peers $build/peers"
  export GOMAXPROCS=1
else
  echo "The peers are left out: their packages (named in $0) are not installed." >&2
fi
# shellcheck disable=SC2086
"$build/tests/bench/parser_bench" $peers "$@"
case " $*" in
*" "[!-0-9]*) ;;
*)
  "$build/tests/bench/merge_bench"
  "$build/tests/bench/web_bench"
  ;;
esac
