#!/usr/bin/env bash
# Runs the uber-jar, which must have been built, in the foreground on PORT (8000). Installs and builds nothing.
# Arguments are options of java, such as -Xmx1g.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/../common.sh"

[ -f "$jar" ] || die "There is no $jar yet: ./run.sh or 'mvn package' makes it."
find_java java || die "There is no Java 17 or later here."
if [ -x /usr/bin/python3 ]; then
    export PYTHON="${PYTHON:-/usr/bin/python3}"
fi
exec_server "$@"
