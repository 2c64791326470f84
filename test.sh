#!/usr/bin/env bash
# Installs what the tests need and runs all of them: style, unit, architecture, black-box and browser tests.
#
#   ./test.sh                            on Payara Micro
#   ./test.sh quick                      the same without the tests that wait or need a server of their own, in some three minutes
#   ./test.sh --server wildfly,tomee     the black-box and browser tests on these: payara-micro, payara, wildfly, tomee,
#                                        openliberty, glassfish; with payara-micro the other tests as well
#   ./test.sh --server all               on every one of them
#   ./test.sh --engine-once              with several servers: tests of what is the same on every server only on the first
#   ./test.sh --long                     the benchmark and the long run take minutes instead of seconds; more hosts are played
#
# Other arguments go to Maven. At the end it says which classes took longest, how many servers were started, and how long all
# took; the last line on standard output counts the tests.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/server-config/common.sh"

all_servers=(payara-micro payara wildfly tomee openliberty glassfish)
servers=(payara-micro)
quick=false
engine_once=false
options=(-B -ntp -Dmaven.test.failure.ignore=true)
while [ $# -gt 0 ]; do
    case $1 in
        quick) quick=true ;;
        --server)
            [ -n "${2:-}" ] || die "--server takes one or several of ${all_servers[*]}, or all."
            IFS=, read -r -a servers <<< "$2"
            [ "$2" = all ] && servers=("${all_servers[@]}")
            shift
            ;;
        --engine-once) engine_once=true ;;
        --long) options+=(-Dpyexec.long=true) ;;
        *) break ;;
    esac
    shift
done
for server in "${servers[@]}"; do
    [ -x "$project_root/server-config/$server/start.sh" ] || die "No such server: $server (${all_servers[*]})"
done

need_build_tools
LIBRARIES=all # whatever the user has: they are tested
need_python
need_network
need_command chromium chromium
need_command chromedriver chromium-driver
need_command ip iproute2
need_command setpriv util-linux
need_command bwrap bubblewrap
need_command mypy mypy
need_command pyflakes3 pyflakes3
need_command node nodejs
[ -e /usr/include/asm-generic/unistd.h ] || missing+=(linux-libc-dev)
need_command as binutils
# The other machine's: its code is checked as well.
case $(uname -m) in
    aarch64) need_command x86_64-linux-gnu-as binutils-x86-64-linux-gnu ;;
    *) need_command aarch64-linux-gnu-as binutils-aarch64-linux-gnu ;;
esac
install_missing
find_java javac || die "There is no JDK 17 or later, not even after installing one."
cd -- "$project_root"

# What a step of the tests is called, and how long it took, in the report.
steps=()
timed() {
    local name=$1 began=$SECONDS ended=0
    shift
    say "$name ..."
    "$@" || ended=$?
    steps+=("$name: $((SECONDS - began)) s")
    return "$ended"
}

# Compiled in memory: a .pyc beside the source would end up in the WAR. Then names that are not there and imports that nobody
# needs are looked for, and the sandbox's types are checked.
check_python() {
    compile_python &&
        pyflakes3 src/main/resources src/test/python bench .ci &&
        (cd src/main/resources/org/pyexec && mypy --config-file "$project_root/.ci/mypy.ini" --cache-dir "$project_root/target/mypy" -p sandbox)
}

compile_python() {
    "$PYTHON" -I -W error - << 'PYTHON'
import pathlib
for folder in ("src/main/resources", "src/test/resources", "bench", ".ci"):
    for source in sorted(pathlib.Path(folder).rglob("*.py")):
        compile(source.read_bytes(), str(source), "exec")
PYTHON
}

maven() {
    mvn "${options[@]}" "$@" < /dev/null
}

build_all() {
    forget_classes
    maven -DskipTests spotless:check package "$@" && mark_built
}

# The groups of tests that say nothing about a server, or cannot be run there; docs/servers.md says why.
excluded_on() {
    local groups=("not-$1")
    case $1 in
        payara-micro) ;;
        wildfly) groups+=(payara-micro) ;;
        payara | glassfish) groups+=(payara-micro arquillian) ;;
        *) groups+=(payara-micro arquillian redeploy) ;;
    esac
    if "$engine_once" && [ "$1" != "${servers[0]}" ]; then
        groups+=(engine)
    fi
    if "$quick"; then
        groups+=(slow)
    fi
    (IFS=,; printf '%s' "${groups[*]}")
}

# unit_tests and test_on take arguments of Maven last.
unit_tests() {
    local excluded=none
    "$quick" && excluded=slow
    maven "-DexcludedGroups=$excluded" surefire:test "$@"
}

test_on() {
    local server=$1
    shift
    maven "-Dpyexec.server=$server" "-DexcludedGroups=$(excluded_on "$server")" \
        dependency:properties failsafe:integration-test failsafe:verify "$@"
}

# Two at a time, each line with the name of its server; the tests of one server wait half of the time.
test_on_others() {
    local server ended=0
    for server in "${others[@]}"; do
        while [ "$(jobs -rp | wc -l)" -ge 2 ]; do
            wait -n || ended=$?
        done
        { test_on "$server" "$@" | sed -u "s/^/$server: /"; } &
    done
    while [ -n "$(jobs -p)" ]; do
        wait -n || ended=$?
    done
    return "$ended"
}

# Fetches and configures them while other tests run.
install_others() {
    local server
    for server in "${others[@]}"; do
        "server-config/$server/start.sh" --install || return
    done
}

# Old reports would be counted.
rm -rf target/*-reports target/it-logs
mkdir -p target/it-logs
others=()
for server in "${servers[@]}"; do
    [ "$server" = payara-micro ] || others+=("$server")
done
status=0
timed Python check_python || status=$?
timed Build build_all "$@" || status=$?
if [ "$status" -eq 0 ]; then
    if [ ${#others[@]} -gt 0 ]; then
        install_others > target/it-logs/install.log 2>&1 &
        installation=$!
    fi
    # A failing test must not hide what the others would say; the count below decides.
    if [ ${#others[@]} -lt ${#servers[@]} ]; then
        timed "Unit tests" unit_tests "$@" || status=$?
        timed "Payara Micro" test_on payara-micro "$@" || status=$?
    fi
    if [ ${#others[@]} -gt 0 ]; then
        if wait "$installation"; then
            timed "${others[*]}" test_on_others "$@" || status=$?
        else
            status=1
            cat target/it-logs/install.log >&2
        fi
    fi
fi

times > target/it-logs/times.txt
"$PYTHON" -I .ci/report.py "$status" "$SECONDS" "$(tail -n 1 target/it-logs/times.txt)" "${steps[@]}"
