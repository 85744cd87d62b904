#!/usr/bin/env bash
# build-mysql-root.sh ROOT: makes the folder ROOT, a minimal Debian unstable with MySQL's server, which no stable release of
# Debian has. From the mirror that apt uses on this machine. ROOT appears only when it is complete.
set -euo pipefail
. "$(dirname "$0")/apt.sh"

root=$1
building=$root.building
mkdir -p "$(dirname "$root")"

# One process builds, others wait for it. The lock ends with the last process that holds the file open.
exec 9>"$root.lock"
flock --timeout 600 9 || { echo "another process builds $root and does not end" >&2; exit 1; }
[[ -e $root ]] && exit 0
rm -rf "$building"

command -v debootstrap >/dev/null || apt_install debootstrap
mirrors() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian'
}
[[ -n $(mirrors) ]] || apt_update
mirror=$(mirrors | head -1)
[[ -n $mirror ]] || { echo 'apt has no source of Debian itself' >&2; exit 1; }

limited 300 debootstrap --variant=minbase sid "$building" "$mirror"
limited 300 chroot "$building" apt-get -qq install -y --no-install-recommends mysql-server-core
chroot "$building" apt-get clean
chroot "$building" mysqld --version
mv "$building" "$root"
