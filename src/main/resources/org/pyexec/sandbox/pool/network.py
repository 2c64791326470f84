"""Network for runs that may have it: an interface into user space, and rules that keep it to public addresses.

Each such run has its own network namespace, as every run has. From outside nft loads the rules into
it; then slirp4netns, an ordinary process under the programs' identity, carries packets out. What it cannot
carry out is decided by the rules inside, which the program has no right to change.
"""

from __future__ import annotations

import ipaddress
import json
import os
import shutil
from typing import Callable, List, Sequence

from . import helper, interface
from ..events import loop
from ..kernel import isolation, nft, syscalls
from ..policy import policy

TABLE = "box"
SET = "blocked"


def missing() -> str:
    """Why there can be no network, empty when it can be tried."""
    for command in (interface.SLIRP, nft.NAME):
        if shutil.which(command, path=nft.SEARCH_PATH) is None:
            return f"{command} is not installed"
    if not os.path.exists(interface.TUN):
        return f"{interface.TUN} is missing"
    if os.getuid() != 0 and not interface.is_usable():
        return f"this user may not open {interface.TUN}, which ordinary systems let everybody open"
    return ""


def rules(allowed: Sequence[str], denied: Sequence[str] = ()) -> str:
    """For nft(8), from networks and addresses. The order decides.

    The resolver, what the operator denies, what he allows, what is closed, the rest of IPv4.
    """
    counted = f"meta l4proto {{ tcp, udp }} update @{SET} {{ ip daddr . th dport }}"
    refuse = "reject with icmp type admin-prohibited"
    closed = [*policy.CLOSED_NETWORKS, *host_addresses()]
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
    {_rule(denied, f"{counted} {refuse}")}
    {_rule(denied, refuse)}
    {_rule(allowed, "accept")}
    {_rule(closed, f"{counted} {refuse}")}
    {_rule(closed, refuse)}
    meta nfproto ipv4 accept
  }}
  chain in {{
    type filter hook input priority 0; policy accept;
  }}
}}
"""


def instead(fresh: str) -> str:
    """The same rules in place of those that are loaded. What has been refused stays in the set."""
    return f"flush chain inet {TABLE} out\n{fresh}"


def _rule(addresses: Sequence[str], action: str) -> str:
    """nft refuses a list in which one range lies in another."""
    networks = ipaddress.collapse_addresses(ipaddress.IPv4Network(text, strict=False) for text in addresses)
    listed = ", ".join(map(str, networks))
    return f"ip daddr {{ {listed} }} {action}" if listed else ""


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


class Namespaces:
    """Handles of those of a cell, which are there as long as these are open, whoever lives in them; namespaces(7)."""

    def __init__(self, pid: int) -> None:
        """`pid` is the cell's init. Raises OSError."""
        self.user = os.open(f"/proc/{pid}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
        try:
            self.net = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            os.close(self.user)
            raise

    def join(self) -> None:
        """In a process of its own, as whoever may change the rules there."""
        isolation.leave_root()
        syscalls.setns(self.user, syscalls.CLONE_NEWUSER)
        syscalls.setns(self.net, syscalls.CLONE_NEWNET)
        syscalls.keep_over_exec(syscalls.CAP_NET_ADMIN)

    def ask_blocked(self, events: loop.Loop, on_answer: Callable[[List[str]], None]) -> None:
        """Asks the kernel which targets the rules refused. Raises OSError."""
        command = [nft.command(), "-j", "list", "set", "inet", TABLE, SET]
        helper.Job(events, command, self.join, lambda text: on_answer(_targets(text)))

    def load(self, events: loop.Loop, script: str, on_loaded: Callable[[bool], None]) -> None:
        """Rules, all at once. Raises OSError. nft echoes what the kernel has taken, and only that; nft(8)."""
        command = [nft.command(), "--echo", "--file", "-"]
        helper.Job(events, command, self.join, lambda text: on_loaded(bool(text)), script.encode())

    def close(self) -> None:
        os.close(self.user)
        os.close(self.net)


def _targets(text: bytes) -> List[str]:
    try:
        sets = [entry["set"] for entry in json.loads(text)["nftables"] if "set" in entry]
        elements = [element["elem"]["val"]["concat"] for each in sets for element in each.get("elem", [])]
        return sorted(f"{address}:{port}" for address, port in elements)
    except (ValueError, KeyError, TypeError):
        return []
