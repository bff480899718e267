#!/usr/bin/env bash
# Installs what is missing, builds, and runs the demo. Everything given on the
# command line goes to `podprobe-exporter demo`.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/lib/packages.sh
source deploy/lib/packages.sh

ensure_packages "${BUILD_PACKAGES[@]}"
build_preset release podprobe-exporter
exec .build/release/exporter/podprobe-exporter demo "$@"
