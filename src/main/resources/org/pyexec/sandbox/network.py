"""Network for runs that may have it: an interface into user space, and rules that keep it to public addresses.

Each such run has its own network namespace, as every run has. Before the init of its cell gives up its rights it loads
the rules; then slirp4netns, an ordinary process under the programs' identity, carries packets out. What it cannot
carry out is decided by the rules inside, which the program has no right to change.
"""

from __future__ import annotations

import ipaddress
import json
import os
import shutil
import stat
import subprocess
from typing import Any, Callable, List, Optional

from . import isolation, loop, nft, policy, syscalls

SLIRP = "slirp4netns"
TUN = "/dev/net/tun"
TUN_NUMBER = os.makedev(10, 200)  # the same everywhere: Documentation/admin-guide/devices.txt
TABLE = "box"
SET = "blocked"


def missing() -> str:
    """Why there can be no network, empty when it can be tried."""
    for command in (SLIRP, nft.NAME):
        if shutil.which(command, path=nft.SEARCH_PATH) is None:
            return f"{command} is not installed"
    if not os.path.exists(TUN):
        return f"{TUN} is missing"
    if os.getuid() != 0 and not _is_usable():
        return f"this user may not open {TUN}, which ordinary systems let everybody open"
    return ""


def _is_usable() -> bool:
    """Whether the programs' identity may open it."""
    if os.getuid() != 0:
        return os.access(TUN, os.R_OK | os.W_OK)
    return os.stat(TUN).st_mode & 0o006 == 0o006


def rules(allowed: List[str]) -> str:
    """For nft(8); `allowed` are networks and addresses. The order decides: the resolver, what the operator allows, what is closed, the rest of IPv4."""
    counted = f"meta l4proto {{ tcp, udp }} update @{SET} {{ ip daddr . th dport }}"
    refuse = "reject with icmp type admin-prohibited"
    return f"""
table inet {TABLE} {{
  set {SET} {{
    type ipv4_addr . inet_service
    flags dynamic,timeout
    timeout 1h
    size {policy.MAX_BLOCKED}
  }}
  chain out {{
    type filter hook output priority 0; policy drop;
    oifname "lo" accept
    ip daddr {policy.NETWORK_RESOLVER} meta l4proto {{ tcp, udp }} th dport 53 accept
    {_rule(allowed, "accept")}
    {_rule(_closed(), f"{counted} {refuse}")}
    {_rule(_closed(), refuse)}
    meta nfproto ipv4 accept
  }}
  chain in {{
    type filter hook input priority 0; policy accept;
  }}
}}
"""


def _rule(addresses: List[str], action: str) -> str:
    return f"ip daddr {{ {', '.join(addresses)} }} {action}" if addresses else ""


def _closed() -> List[str]:
    networks = [ipaddress.IPv4Network(text) for text in policy.CLOSED_NETWORKS]
    networks += [ipaddress.IPv4Network(address) for address in host_addresses()]
    return [str(network) for network in ipaddress.collapse_addresses(networks)]


def host_addresses() -> List[str]:
    """The host's own, whatever range they are in: what slirp4netns sends there would arrive from the host itself."""
    found = set()
    previous = ""
    with open("/proc/net/fib_trie", encoding="ascii") as trie:
        for line in trie:
            if "/32 host LOCAL" in line:
                found.add(previous.split()[-1])
            previous = line
    return sorted(found)


class Interface:
    """slirp4netns for one cell; ended by close."""

    def __init__(self, events: loop.Loop, pid: int, on_ready: Callable[[bool], None]) -> None:
        self._loop = events = events.guarded(lambda: on_ready(False))
        self._pid = pid
        self._on_ready = on_ready
        self._ready, ready = os.pipe2(os.O_CLOEXEC)

        def prepare() -> None:
            _make_device()
            isolation.leave_root()

        command = [
            shutil.which(SLIRP, path=nft.SEARCH_PATH) or SLIRP,
            "--configure",
            "--disable-host-loopback",
            f"--cidr={policy.NETWORK_RANGE}",
            f"--ready-fd={ready}",
            f"--userns-path=/proc/{pid}/ns/user",
            "--netns-type=path",
            f"/proc/{pid}/ns/net",
            "tap0",
        ]
        try:
            self._process = _start(command, prepare, pass_fds=[ready])
        finally:
            os.close(ready)
        events.watch(self._ready, loop.READ, self._on_word)

    def _on_word(self, _: int) -> None:
        word = os.read(self._ready, 16)
        self._forget_ready()
        self._on_ready(word == b"1")

    def _forget_ready(self) -> None:
        if self._ready >= 0:
            self._loop.forget(self._ready)
            os.close(self._ready)
            self._ready = -1

    def close(self) -> None:
        self._forget_ready()
        self._process.kill()
        self._process.wait()


class BlockedQuery:
    """Asks the kernel which targets the rules refused; the namespaces must still be there."""

    def __init__(self, events: loop.Loop, init: int, on_answer: Callable[[List[str]], None]) -> None:
        """`init` is the pidfd of the cell's init."""

        def join() -> None:
            isolation.leave_root()
            syscalls.setns(init, syscalls.CLONE_NEWUSER | syscalls.CLONE_NEWNET)
            syscalls.keep_over_exec(syscalls.CAP_NET_ADMIN)

        self._loop = events = events.guarded(lambda: on_answer([]))
        self._on_answer = on_answer
        self._text = b""
        command = [nft.command(), "-j", "list", "set", "inet", TABLE, SET]
        self._process = _start(command, join, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        events.watch(self._process.stdout.fileno(), loop.READ, self._on_output)

    def _on_output(self, _: int) -> None:
        assert self._process.stdout is not None
        data = os.read(self._process.stdout.fileno(), 1 << 16)
        self._text += data
        if data:
            return
        self._loop.forget(self._process.stdout.fileno())
        self._process.stdout.close()
        self._process.wait()
        self._on_answer(_targets(self._text))


def _targets(text: bytes) -> List[str]:
    try:
        sets = [entry["set"] for entry in json.loads(text)["nftables"] if "set" in entry]
        elements = [element["elem"]["val"]["concat"] for each in sets for element in each.get("elem", [])]
        return sorted(f"{address}:{port}" for address, port in elements)
    except (ValueError, KeyError, TypeError):
        return []


def _start(command: List[str], prepare: Callable[[], None], **options: Any) -> subprocess.Popen:
    """Without our environment; `prepare` is called in the new process, and leaves root."""
    plain = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = {"PATH": nft.SEARCH_PATH}
    return subprocess.Popen(command, preexec_fn=prepare, env=environment, cwd="/", **{**plain, **options})


def _make_device() -> None:
    """Some systems let only root open the device that makes interfaces; then root gives one to the new process alone."""
    if os.getuid() != 0 or _is_usable():
        return
    syscalls.unshare(syscalls.CLONE_NEWNS)
    syscalls.mount("none", "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
    syscalls.mount("tmpfs", os.path.dirname(TUN), "tmpfs", syscalls.MS_NOSUID | syscalls.MS_NOEXEC, "mode=0755")
    os.mknod(TUN, stat.S_IFCHR | 0o600, TUN_NUMBER)
    os.chown(TUN, policy.UNPRIVILEGED_ID, policy.UNPRIVILEGED_ID)


def pid_of(pidfd: int) -> Optional[int]:
    """The process id on the host; pidfd_open(2)."""
    with open(f"/proc/self/fdinfo/{pidfd}", encoding="ascii") as info:
        for line in info:
            if line.startswith("Pid:"):
                return int(line.split()[1])
    return None
