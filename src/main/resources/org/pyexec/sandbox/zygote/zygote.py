"""A zygote: a trusted interpreter with libraries imported, from which the processes of programs are forked.

It never reads request data: what it read would stay in its memory and later children could find it. The supervisor
talks to it over a sequenced-packet socket:
  "park ID WAY USER"  with the descriptors of child.Belongings: fork a child that takes this way into its cell
  "reap"              wait for children that have ended, whoever they are
and it says
  "forked ID"         with the child's pidfd and, where the cell has one, that of its init
  "importing NAME"    before each module to preload, without a name when all have been tried
  "refused NAME WHY"  when a module raised an exception instead of being imported
  "ready"             once
  "problem WHY"       instead, when this tier cannot be had here
  "exit ID STATUS CPU_MICROSECONDS PEAK_BYTES"   when a child has ended; STATUS as waitpid(2) gives it
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import sys
from typing import Callable, Dict, List, Optional, Tuple

from . import child, entrance, heir, init, memory_importer, preloading, quiet, stacks
from ..kernel import syscalls
from ..policy import config, policy
from ..program import main_module, program
from ..program.figures import drawing, figures
from ..wire import fd_messages, text as texts
from .confinement import Belongings

Duty = Callable[[], child.Executable]

_kept: List["Zygote"] = []  # and all that hangs on it: to be freed in every child would cost it pages

LEARNT_BYTES = 64 << 20  # what learnt modules may take, but for the last one


def run(
    generations: List[Tuple[int, List[str]]], proc: int, settings: config.Config, readable: List[str], name: str
) -> Duty:
    """Returns in forked children, with what they have to do.

    `generations` are sockets to the supervisor, each with what is to be imported: of a second one a second zygote is made,
    with what the first has and more. They and `proc`, a handle of a /proc, are owned here from now on.
    """
    try:
        modules_of_ours = memory_importer.used()
        _forget_signals()
        _go_first_when_memory_is_short(proc)
        channels = [socket.socket(fileno=control) for control, _ in generations]
        channel = channels[0]
        if settings.tier == "landlock":
            from . import substitutes  # here and not above: nobody else needs it

            substitutes.install()
        stacks.install()
        preloading.import_usual()
        preloading.import_all(channel, proc, generations[0][1], settings.import_seconds)
        if len(channels) > 1:
            channel = heir.fork_heir(channels)
            if channel is channels[1]:
                name = f"{name}'s heir"
                preloading.import_all(channel, proc, generations[1][1], settings.import_seconds, LEARNT_BYTES)
        _after_imports(channel, settings.tier)
        _reserve_descriptors()
        try:
            prepared = child.Prepared(settings, readable, preloading.sizes(proc), proc, modules_of_ours)
            inits = _be_ready_to_clone() if settings.tier == "namespaces" else None
        except OSError as e:  # no module's fault: this tier cannot be had here
            channel.send(texts.encoded(f"problem {e}", fd_messages.MAX_BYTES))
            os._exit(1)
        main_module.become_main()
        program.rehearse()
        gc.collect()
        gc.freeze()
        channel.send(b"ready")
        _kept.append(Zygote(channel, prepared, inits))
        return _kept[0].serve()
    except (BrokenPipeError, ConnectionResetError):
        os._exit(0)  # the supervisor has gone
    except BaseException as e:  # whatever it is: say it and end, the supervisor decides
        print(f"zygote {name} ends: {type(e).__name__}: {e}", file=sys.stderr, flush=True)
        os._exit(1)


def _forget_signals() -> None:
    """A server may have been started with some of them ignored, such as by nohup(1); signal(7), execve."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGPIPE, signal.SIGXFSZ}:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _go_first_when_memory_is_short(proc: int) -> None:
    """Programs inherit it: the kernel ends one of them before the server or anybody else; proc(5), oom_score_adj."""
    with contextlib.suppress(OSError):
        file = os.open("self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC, dir_fd=proc)
        try:
            os.write(file, str(policy.OOM_SCORE_ADJ).encode())
        finally:
            os.close(file)


def _after_imports(channel: socket.socket, tier: str) -> None:
    channel.send(b"importing ")
    syscalls.flush_c_streams()
    figures.watch()
    drawing.forget_folders()
    quiet.expect_psutil(tier)
    memory_importer.forget()


def _reserve_descriptors() -> None:
    """Children put descriptors of theirs at the lowest numbers, where no other may be by then."""
    while (taken := os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)) <= entrance.REPORT:
        pass
    os.close(taken)


def _be_ready_to_clone() -> init.Inits:
    """Inits live in this process's memory, and have no stack on which a signal could be handled."""
    signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())
    return init.Inits()


class Zygote:
    def __init__(self, control: socket.socket, prepared: child.Prepared, inits: Optional[init.Inits]) -> None:
        self._control = control
        self._prepared = prepared
        self._inits = inits
        self._poller = select.poll()
        self._poller.register(control, select.POLLIN)
        self._children: Dict[int, Tuple[int, str]] = {}  # pidfd: pid, id
        self._pidfds: Dict[int, int] = {}  # by pid

    def serve(self) -> Duty:
        """Works until the supervisor is gone; in a forked process returns what that process has to do."""
        while True:
            ready = [descriptor for descriptor, _ in self._poller.poll()]
            self._reap()
            if self._control.fileno() in ready:
                duty = self._obey()
                if duty is not None:
                    return duty

    def _obey(self) -> Optional[Duty]:
        message, descriptors = fd_messages.receive(self._control)
        if not message:
            os._exit(0)
        if message == b"reap":
            return None  # it has just been done
        _, number, way, user = message.decode().split(" ")
        pid = init = -1
        try:
            if self._inits is None:
                pid = os.fork()
            else:
                init = self._inits.clone()
                descriptors.append(init)
                pid = self._fork_inside()
        except OSError as e:
            print(f"zygote cannot fork: {e}", file=sys.stderr, flush=True)
            self._control.send(f"exit {number} -1 0 0".encode())
        if pid == 0:
            return lambda: child.run(Belongings(*descriptors), self._prepared, way, user)
        if pid > 0:
            self._tell(number, pid, descriptors)
        elif init >= 0:
            signal.pidfd_send_signal(init, signal.SIGKILL)
        for descriptor in descriptors:
            os.close(descriptor)
        return None

    def _fork_inside(self) -> int:
        """Forks into the PID namespace of the newest init; joining the rest is the child's."""
        assert self._inits is not None
        self._inits.enter()
        pid = -1
        try:
            pid = os.fork()
            return pid
        finally:
            if pid != 0:
                self._inits.leave()

    def _tell(self, number: str, pid: int, descriptors: List[int]) -> None:
        pidfd = os.pidfd_open(pid)
        self._children[pidfd] = (pid, number)
        self._pidfds[pid] = pidfd
        self._poller.register(pidfd, select.POLLIN)
        pidfds = (pidfd,) if self._inits is None else (pidfd, descriptors[-1])
        fd_messages.send(self._control, f"forked {number}".encode(), pidfds)

    def _reap(self) -> None:
        """Waits for every child that has ended. One that nobody has forked here would keep its namespaces alive."""
        while True:
            try:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT | init.WALL)
            except ChildProcessError:
                return
            if ended is None:
                return
            pidfd = self._pidfds.get(ended.si_pid)
            if pidfd is None:
                os.waitpid(ended.si_pid, init.WALL)
            else:
                self._bury(pidfd)

    def _bury(self, pidfd: int) -> None:
        pid, number = self._children.pop(pidfd)
        self._pidfds.pop(pid)
        self._poller.unregister(pidfd)
        os.close(pidfd)
        _, status, usage = os.wait4(pid, 0)
        cpu = round((usage.ru_utime + usage.ru_stime) * 1e6)
        self._control.send(f"exit {number} {status} {cpu} {usage.ru_maxrss * 1024}".encode())
