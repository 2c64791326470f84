"""What test.sh says at its end: report.py STATUS WALL_SECONDS TIMES STEP...

STATUS is Maven's, TIMES what the shell's `times` says of its children. Reads the reports below target. Fails if a test failed,
if one was skipped (it has shown nothing), or if there was none.
"""

from __future__ import annotations

import collections
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree
from typing import Dict, List, Tuple

TARGET = pathlib.Path("target")
SLOWEST = 10


def main(status: str, wall: str, times: str, *steps: str) -> int:
    count = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    classes: List[Tuple[float, str]] = []
    for report in sorted(TARGET.glob("*-reports/TEST-*.xml")):
        suite = ElementTree.parse(report).getroot()
        where = report.parent.name.replace("-reports", "").replace("surefire", "unit")
        classes.append((float(suite.get("time", "0").replace(",", "")), f"{suite.get('name', '').split('.')[-1]} ({where})"))
        for key in count:
            count[key] += int(suite.get(key, "0"))
        for case in suite.iter("testcase"):
            if any(case.find(kind) is not None for kind in ("failure", "error", "skipped")):
                print(f"not passed: {case.get('classname')}.{case.get('name')} ({where})")

    print("The slowest classes, with their servers' starts and what they waited for:")
    for seconds, name in sorted(classes, reverse=True)[:SLOWEST]:
        print(f"  {seconds:7.1f} s  {name}")
    print_starts()
    print("; ".join(steps))
    print(f"{int(wall) / 60:.1f} minutes, {processor_seconds(times):.0f} s of processor time")

    failed = count["failures"] + count["errors"]
    passed = count["tests"] - failed - count["skipped"]
    if status != "0":
        print(f"a step ended with status {status}")
    print(f"{passed} passed, {failed} failed, {count['skipped']} skipped", flush=True)
    return int(status != "0" or failed > 0 or count["skipped"] > 0 or passed == 0)


def print_starts() -> None:
    """The lines of org.pyexec.support.ServerStarts: server, result, milliseconds, purpose."""
    file = TARGET / "it-logs" / "server-starts.txt"
    starts = [line.split("\t") for line in file.read_text("utf-8").splitlines()] if file.exists() else []
    results: Dict[str, Dict[str, int]] = collections.defaultdict(collections.Counter)
    for server, result, _, purpose in starts:
        results[server][result] += 1
        if result == "REPEATED":
            print(f"a start of {server} had to be repeated: {purpose}")
    for server, found in results.items():
        words = [f"{found['STARTED']} server starts on {server}"]
        if found["REFUSED"]:
            words.append(f"{found['REFUSED']} refused for a setting before a server began")
        if found["REPEATED"]:
            words.append(f"{found['REPEATED']} repeated")
        print(", ".join(words))


def processor_seconds(times: str) -> float:
    """Of `1m2.345s 0m6.789s`, user and system."""
    return sum(60 * int(minutes) + float(seconds) for minutes, seconds in re.findall(r"(\d+)m([\d.]+)s", times))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
