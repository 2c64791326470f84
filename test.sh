#!/usr/bin/env bash
# Installs what the tests need and runs all of them: style, unit, architecture, black-box and browser tests.
#
#   ./test.sh                            on Payara Micro
#   ./test.sh --server wildfly,tomee     the black-box and browser tests on these: payara-micro, payara, wildfly, tomee,
#                                        openliberty, glassfish; with payara-micro the other tests as well
#   ./test.sh --server all               on every one of them
#   ./test.sh --server ... --engine-once tests of what is the same on every server only on the first
#
# The last line on standard output counts the tests. Other arguments go to Maven.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/server-config/common.sh"

all_servers=(payara-micro payara wildfly tomee openliberty glassfish)
servers=(payara-micro)
if [ "${1:-}" = --server ]; then
    [ -n "${2:-}" ] || die "--server takes one or several of ${all_servers[*]}, or all."
    IFS=, read -r -a servers <<< "$2"
    [ "$2" = all ] && servers=("${all_servers[@]}")
    shift 2
fi
engine_once=false
if [ "${1:-}" = --engine-once ]; then
    engine_once=true
    shift
fi
for server in "${servers[@]}"; do
    [ -x "$project_root/server-config/$server/start.sh" ] || die "No such server: $server (${all_servers[*]})"
done

need_build_tools
need_python
need_network
need_command chromium chromium
need_command chromedriver chromium-driver
need_command ip iproute2
need_command setpriv util-linux
need_command bwrap bubblewrap
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

# Compiled in memory: a .pyc beside the source would end up in the WAR.
"$PYTHON" -I -W error - << 'PYTHON'
import pathlib
for source in sorted(pathlib.Path("src/main/resources").rglob("*.py")):
    compile(source.read_bytes(), str(source), "exec")
PYTHON

# The groups of tests that say nothing about a server, or cannot be run there; the README says why.
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
    (IFS=,; printf '%s' "${groups[*]}")
}

# Old reports would be counted.
rm -rf target/*-reports
forget_classes
status=0
for server in "${servers[@]}"; do
    say "Testing on $server ..."
    # A failing unit test must not hide what the black-box tests would say; the count below decides.
    options=(-B -ntp -Dmaven.test.failure.ignore=true "-Dpyexec.server=$server" "-DexcludedGroups=$(excluded_on "$server")")
    if [ "$server" = payara-micro ]; then
        mvn "${options[@]}" spotless:check verify "$@" < /dev/null || status=$?
        [ "$status" -ne 0 ] || mark_built
    else
        "server-config/$server/start.sh" --install
        mvn "${options[@]}" -DskipUnitTests=true verify "$@" < /dev/null || status=$?
    fi
    [ ! -d target/failsafe-reports ] || mv -- target/failsafe-reports "target/$server-reports"
done

"$PYTHON" -I - "$status" << 'PYTHON'
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

count = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
for report in sorted(pathlib.Path("target").glob("*-reports/TEST-*.xml")):
    suite = ElementTree.parse(report).getroot()
    for key in count:
        count[key] += int(suite.get(key, "0"))
    for case in suite.iter("testcase"):
        if any(case.find(kind) is not None for kind in ("failure", "error", "skipped")):
            print(f"not passed: {case.get('classname')}.{case.get('name')} ({report.parent.name})")

failed = count["failures"] + count["errors"]
passed = count["tests"] - failed - count["skipped"]
if sys.argv[1] != "0":
    print(f"Maven ended with status {sys.argv[1]}")
print(f"{passed} passed, {failed} failed, {count['skipped']} skipped", flush=True)
# A test that was skipped has shown nothing, and neither has a suite without tests.
sys.exit(sys.argv[1] != "0" or failed > 0 or count["skipped"] > 0 or passed == 0)
PYTHON
