#!/usr/bin/env bash
# Usage: boot.sh FOLDER
#
# A throw-away machine: this machine's own files as they are, what is changed kept in FOLDER/up (a
# tmpfs), and systemd as the first process. Run it as the first process of namespaces of its own
# (mounts, processes, IPC, host name, cgroups); the network is that of who calls.
set -euo pipefail

folder="$1"
root="$folder/root"

mount --make-rprivate /
mount -t tmpfs tmpfs "$folder"
mkdir "$folder/up" "$folder/work" "$root"
mount -t overlay overlay \
  -o "lowerdir=/,upperdir=$folder/up,workdir=$folder/work" "$root"

# The kernel's own settings are everybody's: not to be written.
mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro sysfs "$root/sys"
for empty in run tmp; do
  mount -t tmpfs tmpfs "$root/$empty"
done
mkdir "$root/run/changed"
mount --bind "$folder/up" "$root/run/changed"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for device in null zero full random urandom tty; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done

# As this machine has them: one hierarchy, or systemd's own of version 1, with or without version 2.
if [[ "$(stat --file-system --format=%T /sys/fs/cgroup)" == cgroup2fs ]]; then
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
else
  mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
  mkdir "$root/sys/fs/cgroup/systemd"
  mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
  if [[ -d /sys/fs/cgroup/unified ]]; then
    mkdir "$root/sys/fs/cgroup/unified"
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/unified"
  fi
fi

# No service of this machine's: only what systemd itself cannot do without.
mkdir -p "$root/run/systemd/system"
cat >"$root/run/systemd/system/test.target" <<'UNIT'
[Unit]
Requires=basic.target
After=basic.target
UNIT
# Where packages may start no service, as in images of Debian, they may here.
rm -f "$root/usr/sbin/policy-rc.d"

cd "$root"
mkdir -p mnt
pivot_root . mnt
exec chroot . /bin/sh -c '
  umount --lazy /mnt
  exec env --ignore-environment container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --unit=test.target --log-target=journal --show-status=false'
