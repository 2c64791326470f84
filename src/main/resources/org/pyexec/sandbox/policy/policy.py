"""The policy: what a program may see and use, each line with its reason.

This file and syscall_policy.py are data. They are meant to be read by an auditor; the code that applies them is in isolation.py
(mounts, identities), seccomp.py (system calls), landlock.py (files) and confinement.py, where a child gives up its rights.
"""

from __future__ import annotations

import sys
from typing import Dict, NamedTuple

# The folder that code of ours names as its own in the processes of programs, where its frames are left out of tracebacks.
SHOWN_FOLDER = "<sandbox>"

# --- identities --------------------------------------------------------------------------------------------------

# A server that runs as root leaves root before anything else: with host uid 0 the kernel does not enforce RLIMIT_NPROC.
# The id has no account on Debian or systemd systems (65520 to 65533 are free) and exists in rootless containers.
UNPRIVILEGED_ID = 65520

# Where the server is root, each run has an id of its own on the host. The many are above what systems and containers give
# out, and each server takes some of them; the few are for containers that know only 65536 ids.
RUN_IDS = range(1_900_000_000, 1_967_108_864)
RUN_IDS_OF_ONE_SERVER = 4096
FEW_RUN_IDS = range(65521, 65534)

# What the program sees as its own uid and gid. Not 0, so that no tool believes it is root.
INNER_ID = 1000

PASSWD = (
    "root:x:0:0:root:/root:/usr/sbin/nologin\n"
    "user:x:1000:1000:user:/sandbox/user:/bin/sh\n"
    "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
)
GROUP = "root:x:0:\nuser:x:1000:\nnogroup:x:65534:\n"
HOSTNAME = "sandbox"
RESOLVER = "nameserver 192.0.2.3\noptions timeout:2 attempts:2\n"
NAME_SERVICES = "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n"
HOSTS = "127.0.0.1 localhost sandbox\n::1 localhost\n"
# Where the host has none of its own; IANA's registries of ports and of protocols.
USUAL_FILES = {
    "etc/protocols": "ip 0 IP\nicmp 1 ICMP\ntcp 6 TCP\nudp 17 UDP\nipv6 41 IPv6\nipv6-icmp 58 IPv6-ICMP\n",
    "etc/services": """ftp-data 20/tcp\nftp 21/tcp\nssh 22/tcp\ntelnet 23/tcp\nsmtp 25/tcp mail\ndomain 53/tcp\ndomain 53/udp
http 80/tcp www\npop3 110/tcp pop-3\nntp 123/udp\nimap2 143/tcp imap\nsnmp 161/udp\nldap 389/tcp\nhttps 443/tcp\nhttps 443/udp
submission 587/tcp\nldaps 636/tcp\nimaps 993/tcp\npop3s 995/tcp\nmysql 3306/tcp\npostgresql 5432/tcp\nhttp-alt 8080/tcp\n""",
}

# --- what the program sees ---------------------------------------------------------------------------------------

# One tmpfs per run, limited in bytes and inodes, gone with the run. Everything writable lies in it.
SCRATCH_PARENT = "/sandbox"
SCRATCH = SCRATCH_PARENT + "/user"  # also the home folder
WORK = SCRATCH + "/work"  # the working directory; files left here are handed out
SCRATCH_DIRECTORIES = ("work", ".tmp", ".shm")
SCRATCH_INODES = 8192
SCRATCH_LINKS = (
    ("/tmp", "sandbox/user/.tmp"),
    ("/var/tmp", "../sandbox/user/.tmp"),
    ("/dev/shm", "../sandbox/user/.shm"),
    ("/mnt/data", "../sandbox/user/work"),  # where programs of other interpreters have their files
)
# A second, read-only view of the scratch for the collector of files.
COLLECTED = "/collected"

# Bound read-only, nosuid, nodev. The interpreter's own folders are added (sys.prefix, sys.base_prefix, its libraries).
SYSTEM_DIRECTORIES = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")
SYSTEM_FILES = (
    "/etc/alternatives",  # Debian: libblas, liblapack and many commands are links through here
    "/etc/ld.so.cache",  # the dynamic linker's index
    "/etc/fonts",  # fontconfig
    "/etc/matplotlibrc",  # Debian's matplotlib reads it
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/python3",
    "/etc/protocols",
    "/etc/services",
    f"/etc/python{sys.version_info[0]}.{sys.version_info[1]}",  # Debian: sitecustomize is a link to there
    "/etc/ssl/certs",  # public root certificates
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
COMMANDS = SCRATCH_PARENT + "/bin"  # what the system does not have: python beside python3
# There is no /sys, and /proc has nothing but files of ours, surroundings.py, and the program's own processes.
PROCESSES = "/proc/.processes"
USUAL_LINKS = (
    ("/proc/self", ".processes/self"),
    ("/proc/thread-self", ".processes/thread-self"),
    ("/proc/2", ".processes/2"),  # a program is its cell's first process after the init
    ("/proc/mounts", "self/mounts"),
    ("/proc/net", "self/net"),  # of its own network
    ("/dev/fd", "../proc/self/fd"),
    ("/dev/stdin", "../proc/self/fd/0"),
    ("/dev/stdout", "../proc/self/fd/1"),
    ("/dev/stderr", "../proc/self/fd/2"),
    ("/dev/ptmx", "pts/ptmx"),
)


class CellMount(NamedTuple):
    kind: str
    place: str
    flags: int  # mount(2)
    options: str


_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_PROGRAMS = 1, 2, 4, 8
# Pseudo-terminals of a run. The kernel's threads work for them in nobody's account: each counts as a busy processor, see
# terminals.py, has up to 1.3 MB of memory that no limit counts, and is one of the 3,072 that all runs and containers have.
TERMINALS = 3
CELL_MOUNTS = (
    # Processes only, and of them those that the program could trace: neither the init nor /proc/sys, /proc/kcore, /proc/net …
    CellMount("proc", PROCESSES, _READ_ONLY | _NO_SUID | _NO_DEVICES | _NO_PROGRAMS, "subset=pid,hidepid=ptraceable"),
    CellMount("devpts", "/dev/pts", _NO_SUID | _NO_PROGRAMS, f"newinstance,mode=0600,ptmxmode=0666,max={TERMINALS}"),
)

# What of /proc may be read, beside the lists of processes and descriptors; docs/adr/0015. A process's own, of which `smaps` and
# `numa_maps` tell how many others have mapped a page of a file, and `net` about the machine's networks.
PROC_FILES = tuple(f"proc/{name}" for name in "cpuinfo meminfo stat loadavg version filesystems".split())
# Beside the system in tier landlock: what sysinfo(2) and the processor tell as well, and of a process's own.
STRICT_FILES = ("/proc/cpuinfo", "/proc/meminfo", "/etc/os-release")
OWN_FILES = tuple(f"/proc/self/{name}" for name in "status stat statm maps cmdline comm limits cgroup mountinfo mounts".split())
STRICT_OWN_FILES = tuple(f"/proc/self/{name}" for name in ("status", "stat", "statm", "maps", "cmdline"))

# --- environment of the program -----------------------------------------------------------------------------------

ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "USER": "user",
    "LOGNAME": "user",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "MPLBACKEND": "Agg",  # figures are drawn into files, there is no screen
    "OPENBLAS_NUM_THREADS": "1",  # a zygote may have one thread only, or fork would lose the others
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "JOBLIB_MULTIPROCESSING": "0",  # its workers are interpreters that look for themselves in /proc, and need memory each
    "MALLOC_ARENA_MAX": "2",  # otherwise every thread reserves 64 MB of address space
}


def environment(executable: str, home: str = SCRATCH) -> Dict[str, str]:
    """The interpreter's own folder comes first on the PATH, as in an activated virtual environment."""
    folder = executable.rpartition("/")[0]
    path = ENVIRONMENT["PATH"]
    return {
        **ENVIRONMENT,
        "PATH": (path if folder in path.split(":") else f"{folder}:{path}") + f":{COMMANDS}" * (home == SCRATCH),
        **places(home),
    }


def places(home: str) -> Dict[str, str]:
    """Variables that name folders of the run."""
    temporary = "/tmp" if home == SCRATCH else f"{home}/.tmp"
    return {
        "HOME": home,
        "TMPDIR": temporary,
        "MPLCONFIGDIR": f"{temporary}/.config/matplotlib",
        "XDG_CACHE_HOME": f"{temporary}/.cache",
        "XDG_CONFIG_HOME": f"{temporary}/.config",
    }


# --- priority ------------------------------------------------------------------------------------------------------
# The supervisor has to end a program in time however many processors that keeps busy. Where it may not raise its own
# priority, programs get less.
SUPERVISOR_NICE = -10
PROGRAM_NICE = 5
OOM_SCORE_ADJ = 500  # as if a program had half of the machine's memory more

# Without a control group that weighs a run as one: busy sessions of its processes, and how long there may be more.
BUSY_SESSIONS = 8
BUSY_SECONDS = 0.2

# Processes of ours that work for a run and are counted there, see network.py: one, and another while it begins. Their descriptors,
# memory and files are limited by what many connections and names need.
HELPERS = 2
HELPER_LIMITS = {
    "RLIMIT_CORE": 1,  # with 0 a core_pattern that is a pipe would get it; core(5)
    "RLIMIT_FSIZE": 0,
    "RLIMIT_NOFILE": 1024,  # one for each connection of the run
    "RLIMIT_AS": 256 << 20,  # up to 256 KiB for each
    "RLIMIT_MEMLOCK": 0,
    "RLIMIT_MSGQUEUE": 0,
}
PARKED_BYTES = 128 << 20  # that all parked children together have touched

# --- network, for runs that ask for it ------------------------------------------------------------------------------
# Documentation addresses: they cannot be anybody's real network.
NETWORK_RANGE = "192.0.2.0/24"
NETWORK_RESOLVER = "192.0.2.3"
# Everything that is not public. The host's own addresses are added. 198.51.100.0/24 and 203.0.113.0/24 count as public.
CLOSED_NETWORKS = (
    "0.0.0.0/8",  # this host
    "10.0.0.0/8",  # private
    "100.64.0.0/10",  # carrier-grade NAT
    "127.0.0.0/8",  # loopback
    "169.254.0.0/16",  # link-local, clouds' metadata
    "172.16.0.0/12",  # private
    "192.0.0.0/24",  # protocol assignments
    "192.0.2.0/24",  # our own gateway
    "192.88.99.0/24",  # 6to4 relays
    "192.168.0.0/16",  # private
    "198.18.0.0/15",  # benchmarks
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved, broadcast
)
# IPv6 is closed altogether: the interface has none, and the rules drop what is not IPv4.
MAX_BLOCKED = 128

# --- limits --------------------------------------------------------------------------------------------------------

OPEN_FILES = 1024  # per process, as everywhere on Linux
SOCKET_BYTES = 512 << 10  # that may wait in one socket: what it sends and what it gets; the kernel's usual buffers
FREE_SOCKETS = 128  # of a run, that are not taken for memory: nobody can tell how full one is
FREE_OPEN_SOCKETS = 256  # instead, where runs have no network of their own: among those that a process has open
CONNECTIONS_BYTES = 64 << 20  # that may wait in all connections of a run, where a control group counts it apart
TCP_BUFFER = b"4096 65536 262144"  # least, usual and largest bytes of a connection in one direction; tcp(7)
STACK_BYTES = 8 << 20  # of the main thread, as everywhere on Linux
NO_LIMIT = (1 << 64) - 1  # RLIM_INFINITY as the kernel has it
CPU_FACTOR = 2  # processor seconds per second of the time-out, so that one run cannot take every core for long
INTERRUPT_SECONDS = 2.0  # after which a program of a session that does not stop is ended, and the session with it
BROKEN_STATUS = 123  # of an interpreter that a program has made unfit for the next one
LAST_WORDS_BYTES = 16 << 20  # memory above the limit that is left to print the traceback of a MemoryError
FLOOD_BYTES = 64 << 20  # output per stream at which a program is ended
MAX_REQUEST_BYTES = 64 << 20
MAX_END_BYTES = 64 << 10  # of a stream that was cut, which are handed out as a file
MAX_TRACEBACK_BYTES = 64 << 10
MAX_EXCEPTION_TYPE = 200  # characters
MAX_EXCEPTION_VALUE = 4000

# --- files handed out ------------------------------------------------------------------------------------------------

MAX_FILES = 100
MAX_FILE_BYTES = 20 << 20
MAX_FILES_BYTES = 50 << 20
MAX_DEPTH = 32
MAX_SKIPPED = 100
MAX_SKIPPED_BYTES = 32 << 10  # of their names
MAX_NAME_BYTES = 1024  # of a file with its folders
MAX_NAMES_BYTES = 1 << 20  # of everything that is looked at, and remembered until a session's next program
SKIPPED_FOLDERS = ("__pycache__", ".cache", ".config", ".pytest_cache")
PROGRAM = "main.py"
