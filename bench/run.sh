#!/usr/bin/env bash
# Measures this server beside bare Python, bubblewrap and a plain server, and writes bench/results/DATE.md, .svg and
# .json. Installs what is missing and builds what has changed.
#
#   bench/run.sh          some seven minutes; the machine should have nothing else to do
#   bench/run.sh quick    little more than one minute, to see that it works; writes to target/bench
#
# Fails if any contestant gave a wrong answer.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/../server-config/common.sh"

need_build_tools
need_python
need_network
need_command bwrap bubblewrap
need_command node nodejs
need_command setpriv util-linux
install_missing
find_java javac || die "There is no JDK 17 or later, not even after installing one."

build
exec "$PYTHON" -B "$project_root/bench/measure.py" "$@" < /dev/null
