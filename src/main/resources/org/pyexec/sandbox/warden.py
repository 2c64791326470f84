"""The warden: PID 1 of the outer namespaces, a small trusted process that makes cells and starts the zygotes.

It never sees a request. The supervisor talks to it over a sequenced-packet socket:
  "cell"              with one descriptor: make a cell, whose init answers over that descriptor
  "cell network"      the same; the init first reads the rules of its network from there
  "image NAME MODULE,…" with one descriptor: start a zygote that has these modules imported and listens there
and it says "ready LAYER,…" or "problem TEXT" once.
"""

from __future__ import annotations

import os
import select
import signal
import socket
from typing import Callable, List, NoReturn, Optional

from . import cell, config, isolation, landlock, syscalls

MESSAGE_BYTES = 4096


def main() -> None:
    settings = config.parse(config.own_arguments())
    control = socket.socket(fileno=config.control_socket())
    try:
        proc = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        if settings.tier == "namespaces":
            readable = _enter_namespaces(proc)
        else:
            readable = _stay_outside(settings.tier)
    except Exception as e:  # whatever it is: the supervisor tells the operator, nothing runs
        what = str(e) if isinstance(e, (OSError, isolation.IsolationError)) else f"{type(e).__name__}: {e}"
        control.send(f"problem {what}".encode()[:MESSAGE_BYTES])
        os._exit(1)
    control.send(b"ready " + ",".join(_layers(settings.tier)).encode())
    Warden(settings, control, proc, readable).serve()()


def _enter_namespaces(proc: int) -> List[str]:
    """Returns in PID 1 of the new namespaces, with the paths that programs may read."""
    isolation.leave_root()
    starter = os.pidfd_open(os.getpid())
    isolation.enter_outer_namespaces(proc)
    if os.fork():
        os._exit(0)  # the supervisor is the subreaper and becomes PID 1's parent
    _die_with_the_supervisor(starter)
    return isolation.build_root()


def _stay_outside(tier: str) -> List[str]:
    """The landlock tier, where a root server's children change their identity one by one."""
    if tier == "landlock" and landlock.version() == 0:
        raise isolation.IsolationError("this kernel has no Landlock")
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    return isolation.system_paths()


def _die_with_the_supervisor(starter: int) -> None:
    """PR_SET_PDEATHSIG counts from the parent at the time, so it waits until the starter's end has given us a new one.

    It is the second string: the end of the control socket ends the warden too.
    """
    waiting = select.poll()
    waiting.register(starter, select.POLLIN)
    waiting.poll()
    os.close(starter)
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)


def _layers(tier: str) -> List[str]:
    if tier == "none":
        return ["rlimits"]
    namespaces = ["user", "pid", "mount", "network", "ipc", "uts"] if tier == "namespaces" else []
    second = ["landlock"] if landlock.version() else []
    return [*namespaces, "capabilities", "rlimits", "seccomp", *second]


class Warden:
    def __init__(self, settings: config.Config, control: socket.socket, proc: int, readable: List[str]) -> None:
        self._settings = settings
        self._readable = readable
        self._control = control
        self._proc = proc

    def serve(self) -> Callable[[], NoReturn]:
        """Works until the supervisor is gone; in a forked process returns what that process has to do."""
        wakeup = _wake_on_child_end()
        poller = select.poll()
        poller.register(self._control, select.POLLIN)
        poller.register(wakeup, select.POLLIN)
        while True:
            for descriptor, _ in poller.poll():
                if descriptor == wakeup:
                    _reap(wakeup)
                    continue
                duty = self._obey()
                if duty is not None:
                    return duty

    def _obey(self) -> Optional[Callable[[], NoReturn]]:
        message, descriptors, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, 4)
        if not message:
            os._exit(0)  # takes the whole PID namespace along
        command, *words = message.decode().split(" ")
        if command == "cell":
            duty = self._make_cell(descriptors[0], words == ["network"])
        else:
            duty = self._start_zygote(descriptors[0], words[0], words[1])
        if duty is None:
            os.close(descriptors[0])
        return duty

    def _make_cell(self, answer: int, network: bool) -> Optional[Callable[[], NoReturn]]:
        try:
            child = syscalls.clone(isolation.CELL_NAMESPACES)
        except OSError:
            return None  # the supervisor sees the end of the stream on its side of `answer`
        if child:
            return None
        return lambda: cell.run(answer, self._proc, self._settings.disk, network)

    def _start_zygote(self, control: int, name: str, modules: str) -> Optional[Callable[[], NoReturn]]:
        if os.fork():
            return None
        self._control.close()
        from . import zygote  # here and not above: the warden, which is forked for every run, stays small

        wanted = [module for module in modules.split(",") if module]
        return lambda: zygote.run(control, self._proc, self._settings, self._readable, name, wanted)


def _wake_on_child_end() -> int:
    """A descriptor that becomes readable when a child has ended."""
    reading, writing = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    return reading


def _reap(wakeup: int) -> None:
    os.read(wakeup, 4096)
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass

