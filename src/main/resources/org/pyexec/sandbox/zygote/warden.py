"""The warden: PID 1 of the outer namespaces, a small trusted process that starts the zygotes.

It never sees a request. The supervisor talks to it over a sequenced-packet socket:
  "image NAME MODULE,…" with one descriptor: start a zygote that has these modules imported and listens there
  "image NAME MODULE,… MODULE,…" with two descriptors: that forks a second one, which imports more and listens at the other
and it says "ready LAYER,…" or "problem TEXT" once.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
from typing import Callable, List, Tuple

from . import memory_importer
from ..kernel import identities, isolation, landlock, syscalls
from ..policy import config, policy
from ..wire import fd_messages, text

Duty = Callable[[], object]  # returns another, or a child.Executable


def main() -> Duty:
    """Returns in forked processes, with what they have to do: theirs is to be the only frame on the stack."""
    settings = config.parse(config.own_arguments())
    control = socket.socket(fileno=config.control_socket())
    landlock.use_at_most(settings.landlock_abi)
    try:
        if settings.tier != "none":
            isolation.require_apart(isolation.system_paths(), sys.argv[1])
        memory_importer.close(sys.argv[1])
        proc = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        if settings.tier == "namespaces":
            readable, own_ids = _enter_namespaces(proc, settings)
        else:
            readable, own_ids = _stay_outside(settings.tier), bool(settings.run_ids)
    except Exception as e:  # whatever it is: the supervisor tells the operator, nothing runs
        what = str(e) if isinstance(e, (OSError, isolation.IsolationError)) else f"{type(e).__name__}: {e}"
        control.send(text.encoded(f"problem {what}", fd_messages.MAX_BYTES))
        os._exit(1)
    try:
        control.send(b"ready " + ",".join(_layers(settings.tier, own_ids)).encode())
    except (BrokenPipeError, ConnectionResetError):
        os._exit(0)  # the supervisor has gone, or does not want it any more
    return Warden(settings, control, proc, readable).serve()


def _enter_namespaces(proc: int, settings: config.Config) -> Tuple[List[str], bool]:
    """Returns in PID 1 of the new namespaces, with the paths that programs may read, and whether runs can have ids of their own."""
    mapper = identities.Mapper(settings.run_ids) if settings.run_ids else None
    isolation.leave_root()
    starter = os.pidfd_open(os.getpid())
    own_ids = isolation.enter_outer_namespaces(proc, mapper)
    if os.fork():
        os._exit(0)  # the supervisor is the subreaper and becomes PID 1's parent
    _die_with_the_supervisor(starter)
    return isolation.build_root(settings.memory, settings.processes), own_ids


def _stay_outside(tier: str) -> List[str]:
    """The landlock tier, where a root server's children change their identity one by one."""
    if tier == "landlock" and landlock.version() == 0:
        raise isolation.IsolationError("this kernel has no Landlock")
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    return isolation.system_paths() + [path for path in policy.STRICT_FILES if os.path.exists(path)]


def _die_with_the_supervisor(starter: int) -> None:
    """PR_SET_PDEATHSIG counts from the parent at the time, so it waits until the starter's end has given us a new one.

    It is the second string: the end of the control socket ends the warden too.
    """
    waiting = select.poll()
    waiting.register(starter, select.POLLIN)
    waiting.poll()
    os.close(starter)
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)


def _layers(tier: str, own_ids: bool) -> List[str]:
    ids = ["uid"] if own_ids else []
    if tier == "none":
        return [*ids, "rlimits"]
    namespaces = ["user", "pid", "mount", "network", "ipc", "uts"] if tier == "namespaces" else []
    second = ["landlock"] if landlock.version() else []
    return [*namespaces, *ids, "capabilities", "rlimits", "seccomp", *second]


class Warden:
    def __init__(self, settings: config.Config, control: socket.socket, proc: int, readable: List[str]) -> None:
        self._settings = settings
        self._readable = readable
        self._control = control
        self._proc = proc

    def serve(self) -> Duty:
        """Works until the supervisor is gone; in a forked process returns what that process has to do."""
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps zygotes, inits and orphans: wait(2), NOTES
        while True:
            message, descriptors = fd_messages.receive(self._control)
            if not message:
                os._exit(0)  # takes the whole PID namespace along
            _, name, *modules = message.decode().split(" ")
            if not os.fork():
                return self._zygote(descriptors, name, [list(filter(None, each.split(","))) for each in modules])
            for descriptor in descriptors:
                os.close(descriptor)

    def _zygote(self, controls: List[int], name: str, modules: List[List[str]]) -> Duty:
        self._control.close()
        from . import zygote  # here and not above: the warden stays small

        generations = list(zip(controls, modules))
        return lambda: zygote.run(generations, self._proc, self._settings, self._readable, name)
