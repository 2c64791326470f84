#!/usr/bin/env bash
# Installs what the tests need and runs all of them: style, unit, architecture, black-box and browser tests.
# The last line on standard output counts them. Arguments go to Maven.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/server-config/common.sh"

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

# Old reports would be counted.
rm -rf target/surefire-reports target/failsafe-reports
status=0
# A failing unit test must not hide what the black-box tests would say; the count below decides.
mvn -B -ntp -Dmaven.test.failure.ignore=true spotless:check verify "$@" < /dev/null || status=$?
if [ "$status" -eq 0 ]; then
    mark_built
fi

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
            print(f"not passed: {case.get('classname')}.{case.get('name')}")

failed = count["failures"] + count["errors"]
passed = count["tests"] - failed - count["skipped"]
if sys.argv[1] != "0":
    print(f"Maven ended with status {sys.argv[1]}")
print(f"{passed} passed, {failed} failed, {count['skipped']} skipped", flush=True)
# A test that was skipped has shown nothing, and neither has a suite without tests.
sys.exit(sys.argv[1] != "0" or failed > 0 or count["skipped"] > 0 or passed == 0)
PYTHON
