#!/usr/bin/env bash
# Usage: assemble_root.sh BUILD_FOLDER ROOT [SOURCES]...
#
# Puts the root filesystem of the container image together in ROOT, which must not exist: the
# program that BUILD_FOLDER holds, the libraries that it loads, the CAs, a user, and what tells
# scanners which Debian packages that is. No shell, no package manager. SOURCES are folders of
# Debian source packages that are built into the program. The Dockerfile runs this, and so does the
# test that starts the image without a container engine.
set -euo pipefail

if [[ "$#" -lt 2 ]]; then
  echo "Usage: $0 BUILD_FOLDER ROOT [SOURCES]..." >&2
  exit 2
fi
build="$1"
root="$2"
built_in=("${@:3}")
if [[ -e "$root" ]]; then
  echo "$root is there already; name a folder that is not" >&2
  exit 1
fi
mkdir -p "$root"
root="$(cd "$root" && pwd)"

# As Debian has them: /lib and /lib64 lead into /usr.
mkdir -p "$root/usr/bin" "$root/etc/ssl/certs" "$root/var/lib/dpkg/status.d"
for folder in lib lib64; do
  mkdir -p "$root/usr/$folder"
  ln -s "usr/$folder" "$root/$folder"
done

DESTDIR="$root" cmake --install "$build" --prefix /usr --component program --strip >/dev/null
program="$root/usr/bin/podprobe-exporter"

# The files that the program loads, the loader included, one per line.
loaded_files() {
  ldd "$program" | awk -v own="$root/" '
    /not found/ { print "not found: " $1 >"/dev/stderr"; exit 1 }
    $2 == "=>" && $3 ~ /^\// { file = $3 }
    $1 ~ /^\// { file = $1 }
    file != "" && index(file, own) != 1 { print file }
    { file = "" }'
}

# The place of a file with symbolic links resolved but for its own name.
place_of() {
  printf '%s/%s\n' "$(readlink --canonicalize "$(dirname "$1")")" "$(basename "$1")"
}

copy_file() {
  mkdir -p "$root$(dirname "$1")"
  cp --dereference --preserve=mode "$1" "$root$1"
}

# dpkg knows some files by their path before the merge of /usr.
files="$(loaded_files)"
paths=()
while read -r file; do
  place="$(place_of "$file")"
  copy_file "$place"
  real="$(readlink --canonicalize "$place")"
  paths+=("$real" "${real#/usr}")
done <<<"$files"
declare -A owners=()
while read -r line; do
  owners["${line##*: }"]="${line%%: *}"
done < <(dpkg-query --search "${paths[@]}" 2>/dev/null || true)
names=(base-files ca-certificates)
for ((i = 0; i < ${#paths[@]}; i += 2)); do
  owner="${owners[${paths[i]}]:-${owners[${paths[i + 1]}]:-}}"
  if [[ -z "$owner" ]]; then
    echo "no package owns ${paths[i]}" >&2
    exit 1
  fi
  names+=("$owner")
done
mapfile -t names < <(printf '%s\n' "${names[@]}" | sort --unique)

copy_file /etc/ssl/certs/ca-certificates.crt
copy_file "$(readlink --canonicalize /etc/os-release)"
ln -s ../usr/lib/os-release "$root/etc/os-release"

# What is in here, for scanners, and under which licences, for lawyers.
dpkg-query --status "${names[@]}" | awk -v folder="$root/var/lib/dpkg/status.d/" '
  /^Package: / { close(file); file = folder $2 }
  { print >file }'
for name in "${names[@]%%:*}"; do
  mkdir -p "$root/usr/share/doc/$name"
  cp --dereference "/usr/share/doc/$name/copyright" "$root/usr/share/doc/$name/copyright"
done
for folder in "${built_in[@]}"; do
  name="$(dpkg-parsechangelog --file "$folder/debian/changelog" --show-field Source)"
  version="$(dpkg-parsechangelog --file "$folder/debian/changelog" --show-field Version)"
  printf 'Package: %s\nStatus: install ok installed\nVersion: %s\nArchitecture: %s\n' \
    "$name" "$version" "$(dpkg --print-architecture)" >"$root/var/lib/dpkg/status.d/$name"
  mkdir -p "$root/usr/share/doc/$name"
  cp "$folder/debian/copyright" "$root/usr/share/doc/$name/copyright"
done
mkdir -p "$root/usr/share/doc/podprobe-exporter"
cp "$(dirname "${BASH_SOURCE[0]}")/../../LICENSE" "$root/usr/share/doc/podprobe-exporter/copyright"

echo "podprobe:x:65532:65532::/nonexistent:/nonexistent" >"$root/etc/passwd"
echo "podprobe:x:65532:" >"$root/etc/group"
echo "hosts: files dns" >"$root/etc/nsswitch.conf"
chmod -R u=rwX,go=rX "$root"
