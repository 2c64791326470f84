#!/usr/bin/env bash
# Installs what is missing, builds what has changed, and runs the server in the foreground on PORT (8000).
# Arguments are options of java, such as -Xmx1g.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/server-config/common.sh"

need_build_tools
need_python
need_network
install_missing
find_java javac || die "There is no JDK 17 or later, not even after installing one."

build
say "Starting with $PYTHON ..."
exec_server "$@"
