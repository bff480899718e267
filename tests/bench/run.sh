#!/usr/bin/env bash
# Measures the exporter beside its peers, from Debian's packages alone.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=deploy/lib/packages.sh
source deploy/lib/packages.sh

usage() {
  cat <<'USAGE'
Usage: tests/bench/run.sh [--seconds N] [PART...]

Installs what is missing, builds the release, and measures. The parts, all by default:

  parsers   the parser beside VictoriaMetrics' and Prometheus' libraries; what a reading costs
            after its parse                                                       (a few minutes)
  serving   what a page costs, and how many of them are served, beside node_exporter and a page
            of prometheus-cpp's own serializer                                    (2 minutes)
  agents    CPU, memory, context switches and start-up beside Prometheus, its agent mode and
            vmagent, on the same pages                                            (20 minutes)
  memory    what the exporter holds with full windows                             (20 minutes)
  growth    how cost grows with pods, probes, windows and churn                   (15 minutes)
  where     where the time of a steady cycle goes                                 (4 minutes)

  --seconds N   the span measured of each program (60) and, a third of it, at each point

Tables go to the standard output, the figures to tests/bench/results/. Nothing else should run
on the machine meanwhile.
USAGE
}

seconds=60
parts=()
while [[ "$#" -gt 0 ]]; do
  case "$1" in
    --seconds) seconds="$2"; shift ;;
    --help | -h) usage; exit 0 ;;
    parsers | serving | agents | memory | growth | where) parts+=("$1") ;;
    *) usage >&2; say "Unknown argument: $1"; exit 2 ;;
  esac
  shift
done
[[ "${#parts[@]}" -gt 0 ]] || parts=(parsers serving agents memory growth where)

# The program of one Go file, from Debian's packages, to .build/bench.
build_go() {
  local build="$PWD/.build/bench"
  mkdir -p "$build/gopath"
  GO111MODULE=off GOPATH="$build/gopath:/usr/share/gocode" GOCACHE="$build/gocache" CGO_ENABLED=0 \
    /usr/lib/go-1.19/bin/go build -o "$build/$1" "$PWD/tests/bench/$1/$1.go"
}

run_parsers() {
  ensure_packages libbenchmark-dev golang-1.19-go \
    golang-github-victoriametrics-victoriametrics-dev golang-github-victoriametrics-metrics-dev \
    golang-github-victoriametrics-metricsql-dev golang-github-valyala-fastjson-dev \
    golang-github-valyala-fastrand-dev golang-github-valyala-histogram-dev \
    golang-github-prometheus-common-dev
  build_preset bench parser_bench merge_bench
  local build="$PWD/.build/bench"
  build_go peers
  GOMAXPROCS=1 "$build/tests/bench/parser_bench" --peers "$build/peers"
  "$build/tests/bench/merge_bench"
}

run_serving() {
  ensure_packages prometheus-node-exporter
  build_preset bench web_bench
  local port
  port="$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')"
  # Without the collector that wants systemd; what else this machine lacks it would tell each time.
  prometheus-node-exporter --web.listen-address="127.0.0.1:$port" --no-collector.systemd 2>/dev/null &
  node_exporter=$!
  trap 'kill "$node_exporter"' EXIT
  .build/bench/tests/bench/web_bench "node_exporter=$port"
  kill "$node_exporter"
  trap - EXIT
}

ensure_packages "${BUILD_PACKAGES[@]}" nginx-light openssl prometheus python3 victoria-metrics
results=tests/bench/results
mkdir -p "$results"
for part in "${parts[@]}"; do
  case "$part" in
    parsers) run_parsers ;;
    serving) run_serving ;;
    agents)
      ensure_packages golang-1.19-go
      build_go gzip_cost
      build_preset release podprobe-exporter
      python3 tests/bench/agents/compare.py --seconds "$seconds" --output "$results/agents.json"
      ;;
    memory)
      ensure_packages faketime
      build_preset release podprobe-exporter
      {
        python3 tests/bench/agents/memory.py 0 106
        python3 tests/bench/agents/memory.py --probes 2 106 500
      } | tee "$results/memory.tsv"
      ;;
    growth)
      ensure_packages python3-matplotlib
      build_preset release podprobe-exporter
      # Debian's own, which python3-matplotlib is for.
      /usr/bin/python3 tests/bench/agents/growth.py --seconds "$((seconds / 3))" \
        --output "$results/growth.json" --plot "$results/growth.svg"
      ;;
    where)
      ensure_packages linux-perf
      build_preset release podprobe-exporter
      python3 tests/bench/agents/where.py --seconds "$((seconds * 2 / 3))" --output "$results/where.json"
      ;;
  esac
done
