#!/usr/bin/env bash
# Runs the uber-jar, which must have been built, in the foreground on PORT (8000). Installs the libraries that programs
# lack, where it can, and builds nothing.
# Arguments are options of java, such as -Xmx1g.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/../common.sh"

[ -f "$jar" ] || die "There is no $jar yet: ./run.sh or 'mvn package' makes it."
find_java java || die "There is no Java 17 or later here."
if [ -x /usr/bin/python3 ]; then
    need_python
    wanted=("${missing[@]}" "${wanted[@]}") missing=() # it starts without any of them
    install_missing
fi
exec_server "$@"
