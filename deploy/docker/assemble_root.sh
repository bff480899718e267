#!/usr/bin/env bash
# Usage: assemble_root.sh BUILD_FOLDER ROOT
#
# Puts the root filesystem of the container image together in ROOT, which must not exist: the
# program that BUILD_FOLDER holds, the libraries that it loads, the CAs, a user, and what tells
# scanners which Debian packages that is. No shell, no package manager. The Dockerfile runs this,
# and so does the test that starts the image without a container engine.
set -euo pipefail

if [[ "$#" -ne 2 ]]; then
  echo "Usage: $0 BUILD_FOLDER ROOT" >&2
  exit 2
fi
build="$1"
root="$2"
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

# Copies a file to where it is, symbolic links resolved but for its own name.
copy_file() {
  local folder
  folder="$(readlink --canonicalize "$(dirname "$1")")"
  mkdir -p "$root$folder"
  cp --dereference --preserve=mode "$1" "$root$folder/$(basename "$1")"
}

# The package that owns a file. dpkg knows some of them by their path before the merge of /usr.
owner_of() {
  dpkg-query --search "$1" 2>/dev/null || dpkg-query --search "${1#/usr}" 2>/dev/null ||
    dpkg-query --search "/usr$1"
}

files="$(loaded_files)"
packages=()
while read -r file; do
  copy_file "$file"
  real="$(readlink --canonicalize "$file")"
  owner="$(owner_of "$real")"
  packages+=("${owner%%: *}")
done <<<"$files"

copy_file /etc/ssl/certs/ca-certificates.crt
packages+=(ca-certificates base-files)

# What is in here, for scanners, and under which licences, for lawyers.
copy_file /etc/os-release
while read -r package; do
  name="${package%%:*}"
  dpkg-query --status "$package" >"$root/var/lib/dpkg/status.d/$name"
  mkdir -p "$root/usr/share/doc/$name"
  cp --dereference "/usr/share/doc/$name/copyright" "$root/usr/share/doc/$name/copyright"
done < <(printf '%s\n' "${packages[@]}" | sort --unique)
mkdir -p "$root/usr/share/doc/podprobe-exporter"
cp "$(dirname "${BASH_SOURCE[0]}")/../../LICENSE" "$root/usr/share/doc/podprobe-exporter/copyright"

echo "podprobe:x:65532:65532::/nonexistent:/nonexistent" >"$root/etc/passwd"
echo "podprobe:x:65532:" >"$root/etc/group"
echo "hosts: files dns" >"$root/etc/nsswitch.conf"
chmod -R u=rwX,go=rX "$root"
