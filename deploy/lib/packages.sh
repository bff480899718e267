# shellcheck shell=bash
# shellcheck disable=SC2034 # the lists are for the scripts that read this file
# What building, running and testing takes from Debian 12, and how it is installed.
# deploy/run.sh and tests/run.sh read this file; it does nothing by itself.

# To build and to run.
readonly BUILD_PACKAGES=(
  ca-certificates
  civetweb
  cmake
  g++
  libabsl-dev
  libcivetweb-dev
  libcli11-dev
  libcurl4-openssl-dev
  libfmt-dev
  libisal-dev
  libspdlog-dev
  libssl-dev
  libyaml-cpp-dev
  ninja-build
  nlohmann-json3-dev
  pkg-config
  prometheus-cpp-dev
  zlib1g-dev
)

# On top, to test.
readonly TEST_PACKAGES=(
  chromium
  curl
  dpkg-dev
  file
  libfaketime
  libgmock-dev
  libgtest-dev
  mount
  openssl
  prometheus
  prometheus-alertmanager
  python3
  python3-jsonschema
  python3-yaml
  systemd
  yamllint
)

say() {
  printf '%s\n' "$*" >&2
}

fail() {
  say "$*"
  exit 1
}

# Those of the packages named that are not installed, one per line.
missing_packages() {
  local package
  for package in "$@"; do
    if [[ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]]; then
      printf '%s\n' "$package"
    fi
  done
}

# Runs apt-get as root: asks nothing, and starts no service of a package that it
# installs (the tests start a Prometheus and an Alertmanager of their own).
apt_get_as_root() {
  local -a become_root=()
  if [[ "$(id -u)" -ne 0 ]]; then
    become_root=(sudo --non-interactive)
  fi
  # A policy that is there already is the administrator's: it stays. One that is
  # ours goes with this script. A Prometheus that was not here before stays off
  # after the next boot too.
  # shellcheck disable=SC2016 # expanded by the shell that it is for
  "${become_root[@]}" bash -c '
    set -euo pipefail
    policy=/usr/sbin/policy-rc.d
    if [[ ! -e "$policy" ]]; then
      trap "rm -f $policy" EXIT
      printf "#!/bin/sh\nexit 101\n" >"$policy"
      chmod 755 "$policy"
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update
    apt-get install --yes --no-install-recommends "$@"
    for service in prometheus prometheus-alertmanager; do
      if [[ " $* " == *" $service "* && -d /run/systemd/system ]]; then
        systemctl disable --quiet "$service.service"
      fi
    done
  ' bash "$@"
}

# Installs what is missing of the packages named; says nothing where nothing is.
ensure_packages() {
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    fail "This script installs what it needs with apt-get, which is not here. It wants Debian 12 with: $*"
  fi
  local -a missing
  mapfile -t missing < <(missing_packages "$@")
  if [[ "${#missing[@]}" -eq 0 ]]; then
    return
  fi
  if [[ "$(id -u)" -ne 0 ]] && ! sudo --non-interactive true 2>/dev/null; then
    fail "Packages are missing; install them with: sudo apt-get update && sudo apt-get install --no-install-recommends ${missing[*]}"
  fi
  say "Installing ${#missing[@]} packages: ${missing[*]}"
  # Its output is progress; what these scripts run owns the standard output.
  apt_get_as_root "${missing[@]}" >&2 ||
    fail "apt-get could not install ${missing[*]}; its own words stand above."
}

# Builds with the preset named; where everything is up to date it says so in one line.
# The other arguments are the targets; none: all.
build_preset() {
  local preset="$1"
  shift
  local -a targets=()
  if [[ "$#" -gt 0 ]]; then
    targets=(--target "$@")
  fi
  say "Building (preset $preset)"
  mkdir -p .build
  (
    if ! flock --nonblock 9; then
      say "Waiting for another build in this folder"
      flock 9
    fi
    cmake --preset "$preset" --log-level=WARNING &&
      cmake --build --preset "$preset" --parallel "$(nproc)" "${targets[@]}"
  ) >&2 9>".build/$preset.lock"
}
