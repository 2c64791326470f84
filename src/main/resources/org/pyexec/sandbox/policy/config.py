"""What the server tells the sandbox at its start: name=value arguments, checked once."""

from __future__ import annotations

import sys
from typing import Dict, List, NamedTuple, Tuple


KEPT = ("folder", "network-allow", "network-deny")  # nobody's business but the supervisor's


class Config(NamedTuple):
    """Sizes in bytes unless the name says otherwise."""

    folder: str  # private, removed at the end with all that is in it; empty where nobody needs to know
    tier: str
    preload: Tuple[str, ...]
    memory: int
    processes: int
    disk: int
    output: int
    network_allow: Tuple[str, ...]
    network_deny: Tuple[str, ...]  # addresses and networks
    import_seconds: int  # for one module to preload
    learns: bool  # whether what programs import often is preloaded as well
    warm_seconds: float  # in which a new generation imports its libraries
    renewal_seconds: float  # children of a zygote share its hash seed and memory layout: not for ever
    idle_cpu_seconds: int  # for what a session's programs have left running, until the next one
    run_ids: range  # on the host, one for each run; empty where they have a common one
    landlock_abi: int  # the newest that is used: tests play older kernels
    control_groups: bool  # whether they are used where there are any: tests play hosts without them
    weight: int  # of all runs together on the processors, in sessions: tests have many supervisors side by side

    @property
    def socket_path(self) -> str:
        return self.folder + "/s"

    def lowered(self, limits: Dict[str, int]) -> "Config":
        """For one run, with some of the limits lower."""
        return self._replace(**limits) if limits else self  # type: ignore[arg-type]  # fields that are numbers; request.py names no others


def parse(arguments: List[str]) -> Config:
    given = _given(arguments)
    return Config(
        folder=given.get("folder", ""),
        tier=given["tier"],
        preload=tuple(name for name in given["preload"].split(",") if name),
        memory=int(given["memory-mb"]) << 20,
        processes=int(given["processes"]),
        disk=int(given["disk-mb"]) << 20,
        output=int(given["output-bytes"]),
        network_allow=tuple(word for word in given.get("network-allow", "").split(",") if word),
        network_deny=tuple(word for word in given.get("network-deny", "").split(",") if word),
        import_seconds=int(given.get("import-seconds", "60")),
        learns=given.get("preload-learn", "on") == "on",
        warm_seconds=float(given.get("warm-seconds", "20")),
        renewal_seconds=float(given.get("renewal-seconds", "600")),
        idle_cpu_seconds=int(given.get("idle-cpu-seconds", "60")),
        run_ids=_range(given.get("run-ids", "0-0")),
        landlock_abi=int(given.get("landlock-abi", sys.maxsize)),
        control_groups=given.get("control-groups", "on") == "on",
        weight=int(given.get("weight", "1")),
    )


def _range(text: str) -> range:
    """From the first to before the second."""
    return range(*(int(number) for number in text.split("-")))


def own_arguments() -> List[str]:
    """The arguments as they came."""
    return sys.argv[2:]


def arguments_for_others() -> List[str]:
    """To hand on to a process of the same package from which programs are forked: they find all of it in their memory."""
    return [argument for argument in own_arguments() if argument.split("=", 1)[0] not in KEPT]


def control_socket() -> int:
    """The descriptor that a warden inherits from the supervisor."""
    return int(_given(own_arguments())["control"])


def _given(arguments: List[str]) -> Dict[str, str]:
    return dict(argument.split("=", 1) for argument in arguments)
