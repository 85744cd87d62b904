# Functions for the scripts that install Debian's packages: no questions, no hanging.
export DEBIAN_FRONTEND=noninteractive
# Where debootstrap, chroot and dpkg's own tools are; not every caller has it.
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# limited SECONDS COMMAND...: ends the command after that time.
limited() {
  timeout --kill-after=10 "$@" </dev/null
}

# The lists may be locked by another apt, for which apt-get does not wait.
apt_update() {
  local attempt
  for attempt in {1..10}; do
    limited 120 apt-get -qq update && return
    sleep 3
  done
  return 1
}

apt_install() {
  (
    # One of these scripts at a time. The lock ends with the process that holds it.
    flock --timeout 400 8
    install() { limited 200 apt-get -qq -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$@"; }
    # The lists of packages may be missing or too old: then they are fetched.
    install "$@" || { apt_update && install "$@"; }
  ) 8>/run/dbadvise-testkit-apt.lock
}
