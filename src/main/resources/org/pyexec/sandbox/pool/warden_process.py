"""Starts a warden, from which all processes of programs are forked."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import Tuple

from ..policy import config, policy

# Without the options that would make it safer on its own, since programs see them in sys.flags and hand them on: the
# environment is given below, and the working folder, which comes first on the path, is left out here.
# All processes below the warden are forks of it, and what they do is done in bottom.py, once this has ended.
_WARDEN = """
import sys
loaded = frozenset(sys.modules)
sys.path[0] = sys.argv[1]
sys.dont_write_bytecode = True
from pyexec_sandbox.zygote import memory_importer
memory_importer.take_into_memory(loaded)
from pyexec_sandbox.program.execution import bottom
from pyexec_sandbox.zygote import warden
bottom.go_on_with(warden.main)
"""


def start(control: socket.socket, tier: str, home: str, ids: range) -> Tuple[subprocess.Popen[bytes], int]:
    """And a descriptor of what it and its zygotes write, which the caller owns: modules may print when imported."""
    number = control.fileno()
    # By a descriptor and not by its name, which would stay in the memory of every program.
    folder = os.path.abspath(__file__)
    for _ in range(3):  # this room, the package, and the folder in which that lies
        folder = os.path.dirname(folder)
    package = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    command = [sys.executable, "-c", _WARDEN, f"/proc/self/fd/{package}", *config.arguments_for_others()]
    command += [f"control={number}", f"tier={tier}", f"run-ids={ids.start}-{ids.stop}"]
    environment = policy.environment(sys.executable, home)
    said, theirs = os.pipe2(os.O_CLOEXEC)
    try:
        ours = [number, package]
        started = subprocess.Popen(
            command, env=environment, pass_fds=ours, cwd="/", stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs
        )
        return started, said
    finally:
        os.close(theirs)
        os.close(package)
