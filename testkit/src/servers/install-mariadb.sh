#!/usr/bin/env bash
# Installs MariaDB's server without a service that would be started.
set -euo pipefail
. "$(dirname "$0")/apt.sh"

apt_install mariadb-server-core mariadb-client-core
