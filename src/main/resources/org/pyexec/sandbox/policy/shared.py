"""What runs share with each other and with the server: what closes it, and the tests that look at it.

In those tests one run does what it can while others or the server are looked at. docs/threat-model.md says what stays open.
"""

from __future__ import annotations

from typing import NamedTuple, Tuple


class Shared(NamedTuple):
    what: str
    closed_by: str
    tests: Tuple[str, ...]  # programs below src/test/programs, or classes of tests


SHARED = (
    Shared(
        "what the kernel counts for a user: descriptors in flight, pages of pipes, pending signals",
        "RUN_IDS; a child sends its last descriptor before it has fewer",
        ("RunIdsTest", "beside/descriptors_in_flight"),
    ),
    Shared("inotify instances and watches", "refused", ("isolation/news_of_files",)),
    Shared("descriptors that epoll watches, counted for a user", "holdings.LIMITS", ("limits/watched_descriptors",)),
    Shared(
        "pseudo-terminals, kernel.pty.max, and the kernel's threads that work for them",
        "TERMINALS of each run; terminals.py counts them as processors",
        ("isolation/terminals_of_its_own", "limits/terminal_flood"),
    ),
    Shared(
        "/proc",
        "subset=pid, read-only; OWN_FILES; in tier landlock STRICT_OWN_FILES",
        ("isolation/own_processes_only", "landlock/own_process_only"),
    ),
    Shared(
        "inodes of the system and of devices",
        "read-only mounts, Landlock; no news of them",
        ("isolation/system_is_read_only", "landlock/system_is_read_only", "isolation/times_of_devices"),
    ),
    Shared(
        "locks on the system's files, and memory for locks, which no control group counts",
        "holdings.LIMITS; they end with the run",
        ("LocksTest", "limits/locks_of_files"),
    ),
    Shared(
        "the host's disks, what it keeps of them in memory, and what that tells",
        "PRETENDED, DIRECT, READ_FLAGS, WRITE_FLAGS",
        ("isolation/disks_of_the_host", "isolation/advice"),
    ),
    Shared("priorities", "PRIO_PROCESS of own processes only", ("isolation/priority_of_others",)),
    Shared("processors", "a share for each run; else BUSY_SESSIONS", ("beside/sessions_of_processes", "CgroupsTest")),
    Shared("process ids, the tables of processes", "a PID namespace, RLIMIT_NPROC", ("limits", "beside/orphans")),
    Shared("network state", "a network namespace; rules of nft; slirp4netns in the run's group", ("NetworkTest",)),
    Shared(
        "locks and code of the kernel's that are for all networks",
        "SOCKET_OPTIONS, UNUSED_SOCKET_OPTIONS",
        ("isolation/memberships", "isolation/options_of_sockets"),
    ),
    Shared("machine code of filters, rules, the audit log", "UNCOUNTED_MEMORY, landlock.quietly", ("isolation/rules_of_its_own",)),
    Shared(
        "the kernel's memory: sockets, mappings, page tables, huge pages",
        "TCP_BUFFER, UNUSED_SOCKET_OPTIONS, UNCOUNTED_MEMORY, UNSUPPORTED, the looks of memory.py, the run's control group",
        ("limits/memory_in_sockets", "limits/memory_of_mappings", "isolation/huge_pages", "isolation/access_lists"),
    ),
    Shared("the machine's memory", "OOM_SCORE_ADJ, a control group above all runs", ("CgroupsTest",)),
    Shared(
        "the machine's disk",
        "a tmpfs for each run; in tier landlock a count, and nothing ahead of it or on its way",
        ("landlock", "landlock/space_ahead", "landlock/disk_on_its_way", "test_scratch.py"),
    ),
    Shared("the zygote of an image", "CLONE_FLAGS, reaping, death in bounded time", ("beside/children_of_the_zygote",)),
    Shared("the supervisor's one thread", "bytes only, bounded steps, looks in threads aside", ("ProgramsTest", "test_loop.py")),
    Shared(
        "the kernel's locks of pipes, folders and the report, which are held as long as a program lets a page be missing",
        "the end before the last read; else watchdog.py kills the program",
        ("beside/locks_of_pipes", "test_watchdog.py"),
    ),
    Shared("the supervisor's memory and descriptors", "bounds on names and entries", ("HostileSessionsTest", "LeakTest")),
    Shared("the store", "a part for each client", ("StorageLimitsIT", "DiskFileStoreLimitsTest")),
    Shared("the server's threads", "places for those who write, time-outs", ("UnreadAnswersIT", "StalledClientsIT")),
    Shared("the server's heap", "half of what the server leaves for all, half of that for one client", ("HeapIT", "MemoryTest")),
)
