# Functions for the scripts that install Debian's packages: no questions, no hanging.
export DEBIAN_FRONTEND=noninteractive

# limited SECONDS COMMAND...: ends the command after that time.
limited() {
  timeout --kill-after=10 "$@" </dev/null
}

# The lists of packages may be missing or too old: then they are fetched.
apt_install() {
  limited 200 apt-get -qq -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$@" ||
    { limited 120 apt-get -qq update &&
      limited 200 apt-get -qq -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$@"; }
}
