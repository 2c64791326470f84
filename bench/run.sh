#!/usr/bin/env bash
# Measures this server beside bare Python, bubblewrap and a plain server, and writes bench/results/DATE.md, .svg and
# .json. Installs what is missing and builds what has changed.
#
#   bench/run.sh          some seven minutes; the machine should have nothing else to do
#   bench/run.sh quick    less than two; writes to target/bench
#   bench/run.sh smoke    half a minute, to see that it works; the same
#
# With --built before that, the jar is taken as it is. Fails if any contestant gave a wrong answer.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/../server-config/common.sh"

is_ready_built=no
if [ "${1:-}" = --built ]; then
    is_ready_built=yes
    shift
fi

need_build_tools
need_python
need_network
need_command bwrap bubblewrap
need_command node nodejs
need_command setpriv util-linux
install_missing
find_java javac || die "There is no JDK 17 or later, not even after installing one."

[ "$is_ready_built" = yes ] || build
exec "$PYTHON" -B "$project_root/bench/measure.py" "$@" < /dev/null
