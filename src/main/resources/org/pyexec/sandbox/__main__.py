"""Entry: `python3 -I -S <folder>/pyexec_sandbox/__main__.py ROLE name=value…`, see runs/supervisor.py, zygote/probe.py."""

from __future__ import annotations

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def main() -> None:
    role = sys.argv[1]
    if role == "supervisor":
        from pyexec_sandbox.runs import supervisor

        supervisor.main()
    elif role == "probe":
        from pyexec_sandbox.zygote import probe

        probe.main()
    else:
        sys.exit(f"unknown role {role}")


main()
