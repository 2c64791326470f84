#!/usr/bin/env bash
# bench/soak.sh [--built] MINUTES [REPORT]: the long run. Installs and builds what is missing, starts a server of its own on a
# free port with folders of its own, lets clients of every kind at it for so long, and checks that nothing was lost and nothing
# is left. The report, in Markdown, goes to standard output and to the file REPORT. Fails if anything was not as it should be.
# With --built, the jar is taken as it is. SEED chooses another order of events. Ctrl-C ends the load early, twice at once.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/../server-config/common.sh"

is_ready_built=no
if [ "${1:-}" = --built ]; then
    is_ready_built=yes
    shift
fi
[ $# -ge 1 ] && [ $# -le 2 ] || die "Usage: bench/soak.sh [--built] MINUTES [REPORT]"

need_build_tools
need_python
need_network
install_missing
find_java javac || die "There is no JDK 17 or later, not even after installing one."
[ "$is_ready_built" = yes ] || build
# No .pyc beside the sources, and nobody else's modules.
exec "$PYTHON" -B -E -s "$project_root/bench/soak.py" "$@"
