"""The policy: what a program may see, use and call, each line with its reason.

This file is data. It is meant to be read by an auditor; the code that applies it is in isolation.py (mounts,
identities), seccomp.py (system calls), landlock.py (files) and confinement.py, where a child gives up its rights.
"""

from __future__ import annotations

from typing import Dict, NamedTuple, Tuple

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
OWN_FILES = ("/etc/passwd", "/etc/group", "/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf")
HOSTNAME = "sandbox"
RESOLVER = "nameserver 192.0.2.3\noptions timeout:2 attempts:2\n"
NAME_SERVICES = "passwd: files\ngroup: files\nhosts: files dns\n"
HOSTS = "127.0.0.1 localhost sandbox\n::1 localhost\n"

# --- what the program sees ---------------------------------------------------------------------------------------

# One tmpfs per run, limited in bytes and inodes, gone with the run. Everything writable lies in it.
SCRATCH_PARENT = "/sandbox"
SCRATCH = SCRATCH_PARENT + "/user"  # also the home folder
WORK = SCRATCH + "/work"  # the working directory; files left here are handed out
SCRATCH_DIRECTORIES = ("work", ".tmp", ".shm")
SCRATCH_INODES = 8192
SCRATCH_LINKS = (("/tmp", "sandbox/user/.tmp"), ("/dev/shm", "../sandbox/user/.shm"))
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
    "/etc/ssl/certs",  # public root certificates
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
# There is no /proc and no /sys: both tell about the host and its kernel.

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
    "MALLOC_ARENA_MAX": "2",  # otherwise every thread reserves 64 MB of address space
}


def environment(executable: str, home: str = SCRATCH) -> Dict[str, str]:
    """The interpreter's own folder comes first on the PATH, as in an activated virtual environment."""
    folder = executable.rpartition("/")[0]
    path = ENVIRONMENT["PATH"]
    return {
        **ENVIRONMENT,
        "PATH": path if folder in path.split(":") else f"{folder}:{path}",
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

# Processes of ours that work for a run and are counted there, see network.py: one, and another while it begins.
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

OPEN_FILES = 256  # per process
SOCKET_BYTES = 512 << 10  # that may wait in one socket: what it sends and what it gets; the kernel's usual buffers
FREE_SOCKETS = 128  # of a run, that are not taken for memory: nobody can tell how full one is
CONNECTIONS_BYTES = 64 << 20  # that may wait in all connections of a run, where a control group counts it apart
TCP_BUFFER = b"4096 65536 262144"  # least, usual and largest bytes of a connection in one direction; tcp(7)
STACK_BYTES = 8 << 20  # of the main thread, as everywhere on Linux
CPU_FACTOR = 2  # processor seconds per second of the time-out, so that one run cannot take every core for long
INTERRUPT_SECONDS = 2.0  # after which a program of a session that does not stop is ended, and the session with it
BROKEN_STATUS = 123  # of an interpreter that a program has made unfit for the next one
LAST_WORDS_BYTES = 16 << 20  # memory above the limit that is left to print the traceback of a MemoryError
FLOOD_BYTES = 64 << 20  # output per stream at which a program is ended
MAX_REQUEST_BYTES = 64 << 20
MAX_TRACEBACK_BYTES = 64 << 10

# --- files handed out ------------------------------------------------------------------------------------------------

MAX_FILES = 100
MAX_FILE_BYTES = 20 << 20
MAX_FILES_BYTES = 50 << 20
MAX_DEPTH = 32
MAX_SKIPPED = 100
MAX_SKIPPED_BYTES = 32 << 10  # of their names
MAX_NAME_BYTES = 1024  # of a file with its folders
MAX_NAMES_BYTES = 1 << 20  # of everything that is looked at, and remembered until a session's next program
SKIPPED_FOLDERS = ("__pycache__", ".cache", ".config")
PROGRAM = "main.py"

# --- what runs share ---------------------------------------------------------------------------------------------------
# With each other, and with the server: what closes it, and the tests in which one run does what it can while others or the
# server are looked at. docs/threat-model.md says what stays open.


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
    Shared("inodes of the system", "read-only mounts, Landlock; no news of them", ("isolation/system_is_read_only",)),
    Shared("locks on the system's files", "nothing: they end with the run", ("LocksTest",)),
    Shared("priorities", "PRIO_PROCESS of own processes only", ("isolation/priority_of_others",)),
    Shared("processors", "a share for each run; else BUSY_SESSIONS", ("beside/sessions_of_processes", "CgroupsTest")),
    Shared("process ids, the tables of processes", "a PID namespace, RLIMIT_NPROC", ("limits", "beside/orphans")),
    Shared("network state", "a network namespace; rules of nft; slirp4netns in the run's group", ("NetworkTest",)),
    Shared(
        "the kernel's memory: sockets, mappings, page tables, huge pages",
        "TCP_BUFFER, UNUSED_SOCKET_OPTIONS, the looks of memory.py, the run's control group",
        ("limits/memory_in_sockets", "limits/memory_of_mappings", "isolation/huge_pages"),
    ),
    Shared("the machine's memory", "OOM_SCORE_ADJ, a control group above all runs", ("CgroupsTest",)),
    Shared("the machine's disk", "a tmpfs for each run; in tier landlock a count", ("landlock", "test_scratch.py")),
    Shared("the zygote of an image", "CLONE_FLAGS, reaping, death in bounded time", ("beside/children_of_the_zygote",)),
    Shared("the supervisor's one thread", "bytes only, bounded steps, looks in threads aside", ("ProgramsTest", "test_loop.py")),
    Shared("the supervisor's memory and descriptors", "bounds on names and entries", ("HostileSessionsTest", "LeakTest")),
    Shared("the store", "a part for each client", ("BusyIT", "FileStoreTest")),
    Shared("the server's threads", "places for those who write, time-outs", ("UnreadAnswersIT", "StalledClientsIT")),
    Shared("the server's heap", "half of what the server leaves for all, half of that for one client", ("HeapIT", "MemoryTest")),
)

# --- system calls ----------------------------------------------------------------------------------------------------
# An allowlist. What stands in neither list is unknown to us and answered as by an older kernel: ENOSYS.

ALLOWED = {
    "files by descriptor": """read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek close
        close_range dup dup2 dup3 fcntl flock fsync fdatasync sync_file_range ftruncate fallocate fadvise64 readahead
        sendfile splice copy_file_range fstat fstatfs fchmod fchown fchdir getdents getdents64
        fsetxattr fgetxattr flistxattr fremovexattr""",
    "files by name, within what is mounted and what Landlock allows": """open openat openat2 creat access faccessat
        faccessat2 stat lstat newfstatat statx statfs truncate rename renameat renameat2 link linkat symlink symlinkat
        unlink unlinkat mkdir mkdirat rmdir mknod mknodat readlink readlinkat chmod fchmodat fchmodat2 chown lchown
        fchownat utime utimes utimensat futimesat umask getcwd chdir setxattr lsetxattr getxattr lgetxattr listxattr
        llistxattr removexattr lremovexattr""",
    "memory": """mmap munmap mprotect mremap madvise brk msync mincore mlock munlock mlock2 mlockall munlockall
        membarrier pkey_alloc pkey_free pkey_mprotect""",
    "processes and threads; clone's namespace flags are refused below": """clone fork vfork execve execveat exit
        exit_group wait4 waitid getpid getppid gettid getpgid getpgrp setpgid getsid setsid set_tid_address
        set_robust_list get_robust_list rseq arch_prctl prctl personality prlimit64 getrlimit setrlimit getrusage
        times pidfd_open pidfd_send_signal capget restart_syscall""",
    "signals; the PID namespace holds only the run's own processes": """kill tkill tgkill rt_sigaction rt_sigprocmask
        rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait rt_sigqueueinfo rt_tgsigqueueinfo sigaltstack pause
        signalfd signalfd4 alarm setitimer getitimer""",
    "waiting and time": """futex futex_waitv poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait
        epoll_pwait epoll_pwait2 eventfd eventfd2 timerfd_create timerfd_settime timerfd_gettime timer_create
        timer_settime timer_gettime timer_getoverrun timer_delete nanosleep clock_nanosleep clock_gettime clock_getres
        gettimeofday time pipe pipe2""",
    "scheduling of own processes": """sched_yield sched_getaffinity sched_setaffinity sched_getparam
        sched_getscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval getpriority setpriority
        ioprio_get getcpu""",
    "sockets; families are narrowed below, the network namespace is the run's own": """socket socketpair bind listen
        accept accept4 connect shutdown getsockname getpeername getsockopt setsockopt sendto recvfrom sendmsg recvmsg
        sendmmsg recvmmsg""",
    "identity, read; changes are refused by the kernel, as a single id is mapped": """getuid geteuid getgid getegid
        getresuid getresgid getgroups setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid
        setfsgid""",
    "about the machine": "uname sysinfo getrandom ioctl seccomp landlock_create_ruleset landlock_add_rule "
    "landlock_restrict_self",
}

# Known and refused with EPERM, so that a library gets a plain answer.
DENIED = {
    "other processes' memory": "ptrace process_vm_readv process_vm_writev kcmp pidfd_getfd process_madvise",
    "namespaces and mounts": """unshare setns mount umount2 pivot_root chroot move_mount open_tree fsopen fsconfig
        fsmount fspick mount_setattr name_to_handle_at open_by_handle_at""",
    "kernel machinery with a long history of faults": """bpf perf_event_open io_uring_setup io_uring_enter
        io_uring_register userfaultfd add_key request_key keyctl fanotify_init fanotify_mark quotactl""",
    "the machine": """reboot kexec_load kexec_file_load init_module finit_module delete_module iopl ioperm swapon
        swapoff sethostname setdomainname settimeofday clock_settime clock_adjtime adjtimex acct syslog vhangup
        sched_setscheduler sched_setparam sched_setattr ioprio_set""",
    "capabilities": "capset",
    # The system's folders are the host's own: it would be told of what the host and other runs do there; inotify(7).
    "news of files": "inotify_init inotify_init1 inotify_add_watch inotify_rm_watch",
    # Waits until a whole file system of the host has been written.
    "the host's disks": "syncfs",
}

# Refused as unknown because their memory is counted by no limit that holds without cgroups.
# vmsplice and tee pin pages in pipes, whole huge pages for a byte of each.
UNCOUNTED_MEMORY = "vmsplice tee memfd_create memfd_secret shmget shmat shmctl shmdt msgget msgsnd msgrcv msgctl semget semop semctl"

# --- system calls in the landlock tier ---------------------------------------------------------------------------------
# Without namespaces the program shares process ids, networks and file names with the host. So it may have threads, but
# no other processes and no sockets but pairs.

STRICT_REFUSED = """fork vfork execve execveat setsid setpgid tkill pidfd_open pidfd_send_signal
    get_robust_list connect bind listen accept accept4 mknod mknodat
    setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid"""

# Landlock does not cover these. They are answered as done without being done, so that copying a file with its mode and
# times works and nothing of the host changes.
STRICT_PRETENDED = """chmod fchmod fchmodat fchmodat2 chown lchown fchown fchownat utime utimes utimensat futimesat
    setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr"""

# --- arguments of system calls, where they decide ----------------------------------------------------------------------

# clone(2): what makes threads and ordinary children, and the signal of their end. Without CLONE_PARENT, which would make
# children of a process of ours that the program cannot see, CLONE_PTRACE, CLONE_PIDFD, and every kind of namespace.
CLONE_FLAGS = (
    0xFF  # CSIGNAL
    | 0x100  # CLONE_VM
    | 0x200  # CLONE_FS
    | 0x400  # CLONE_FILES
    | 0x800  # CLONE_SIGHAND
    | 0x4000  # CLONE_VFORK
    | 0x10000  # CLONE_THREAD
    | 0x40000  # CLONE_SYSVSEM
    | 0x80000  # CLONE_SETTLS
    | 0x100000  # CLONE_PARENT_SETTID
    | 0x200000  # CLONE_CHILD_CLEARTID
    | 0x400000  # CLONE_DETACHED, which does nothing
    | 0x1000000  # CLONE_CHILD_SETTID
)

# fcntl(2). Without F_SETOWN, F_SETOWN_EX and F_SETSIG, which have the kernel send any signal to any process of the same
# user; F_NOTIFY and F_SETLEASE, which tell about and hold up others on the host's files; F_SETPIPE_SZ, since pages of pipes
# are counted for the user and not for the run.
FCNTL_COMMANDS = (
    *(0, 1, 2, 3, 4),  # F_DUPFD F_GETFD F_SETFD F_GETFL F_SETFL
    *(5, 6, 7, 36, 37, 38),  # F_GETLK F_SETLK F_SETLKW and those of open file descriptions
    *(9, 11, 16),  # F_GETOWN F_GETSIG F_GETOWN_EX
    *(1030, 1032, 1033, 1034),  # F_DUPFD_CLOEXEC F_GETPIPE_SZ F_ADD_SEALS F_GET_SEALS
    *(1035, 1036, 1037, 1038),  # F_GET_RW_HINT F_SET_RW_HINT F_GET_FILE_RW_HINT F_SET_FILE_RW_HINT
)

# socket(2): types without their flags, and protocols. No multipath TCP (262), UDP-Lite (136), SCTP (132), raw sockets.
SOCKET_TYPES = (1, 2, 5)  # SOCK_STREAM SOCK_DGRAM SOCK_SEQPACKET
SOCKET_PROTOCOLS = (0, 6, 17)  # the usual one, TCP, UDP

# setsockopt(2): taken and not used, since what waits in a socket's buffers is memory of the kernel's.
UNUSED_SOCKET_OPTIONS = {1: (7, 8, 32, 33)}  # SOL_SOCKET: SNDBUF RCVBUF SNDBUFFORCE RCVBUFFORCE

# setsockopt(2): what libraries set, by level. Without what changes the kernel's code for a connection (TCP_CONGESTION, TCP_ULP,
# TCP_MD5SIG, UDP_ENCAP, filters of BPF), what reaches into its tables (netfilter, IPsec), and SO_PASSPIDFD, with which a
# message would bring a descriptor of its sender.
SOCKET_OPTIONS = {
    1: (  # SOL_SOCKET
        *(1, 2, 3, 4, 5, 6),  # DEBUG REUSEADDR TYPE ERROR DONTROUTE BROADCAST
        *(9, 10, 12, 13, 15, 16),  # KEEPALIVE OOBINLINE PRIORITY LINGER REUSEPORT PASSCRED
        *(18, 19, 20, 21, 25),  # RCVLOWAT SNDLOWAT RCVTIMEO SNDTIMEO BINDTODEVICE
        *(29, 35, 37, 40, 42, 63, 64),  # TIMESTAMP TIMESTAMPNS TIMESTAMPING RXQ_OVFL PEEK_OFF, TIMESTAMP_NEW TIMESTAMPNS_NEW
        *(66, 67),  # RCVTIMEO_NEW SNDTIMEO_NEW
    ),
    0: (  # IPPROTO_IP
        *(1, 2, 6, 8, 10, 11, 12, 13, 15),  # TOS TTL RECVOPTS PKTINFO MTU_DISCOVER RECVERR RECVTTL RECVTOS FREEBIND
        *(24, 32, 33, 34, 35, 36),  # BIND_ADDRESS_NO_PORT and multicast
        *(39, 40, 42, 45, 49, 51),  # multicast by source, MULTICAST_ALL, LOCAL_PORT_RANGE
    ),
    41: (  # IPPROTO_IPV6
        *(16, 17, 18, 19, 20, 21),  # UNICAST_HOPS and multicast
        *(23, 25, 26, 29, 42, 45),  # MTU_DISCOVER RECVERR V6ONLY MULTICAST_ALL and multicast
        *(49, 50, 51, 52, 62, 66, 67),  # RECVPKTINFO PKTINFO RECVHOPLIMIT HOPLIMIT DONTFRAG RECVTCLASS TCLASS
    ),
    6: (  # IPPROTO_TCP
        *(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),  # NODELAY MAXSEG CORK KEEPIDLE KEEPINTVL KEEPCNT SYNCNT LINGER2 DEFER_ACCEPT WINDOW_CLAMP
        *(12, 18, 23, 25, 30, 36),  # QUICKACK USER_TIMEOUT FASTOPEN NOTSENT_LOWAT FASTOPEN_CONNECT INQ
    ),
    17: (1, 103, 104),  # IPPROTO_UDP: CORK SEGMENT GRO
}
PEER_PIDFD = 77  # of SOL_SOCKET, for getsockopt(2): a handle of the process at the other end, which may be one of ours

# ioctl(2), where programs have namespaces: what is asked of files, pipes, sockets, interfaces and terminals.
# What is not here is answered as by a file that does not know it.
IOCTLS = (
    *(0x541B, 0x5411, 0x5421, 0x5450, 0x5451, 0x5460),  # FIONREAD SIOCOUTQ FIONBIO FIO(N)CLEX FIOQSIZE
    *(0x5401, 0x5402, 0x5403, 0x5404, 0x5405),  # TCGETS TCSETS TCSETSW TCSETSF TCGETA: isatty(3), termios(3)
    *(0x540F, 0x5410, 0x5413, 0x5429),  # TIOCGPGRP TIOCSPGRP TIOCGWINSZ TIOCGSID
    *(0x8905, 0x8906, 0x8907),  # SIOCATMARK SIOCGSTAMP SIOCGSTAMPNS
    *(0x8910, 0x8912, 0x8913, 0x8915, 0x8917, 0x8919, 0x891B, 0x891D, 0x8921),  # what netdevice(7) reads of interfaces
    *(0x8927, 0x8933, 0x8942, 0x8970),  # their hardware address, index, queue and map
    *(0x40049409, 0x4020940D, 0x80086601),  # FICLONE FICLONERANGE FS_IOC_GETFLAGS: copies of files
)

# membarrier(2): of the own process. Without MEMBARRIER_CMD_GLOBAL and its kin, which concern every processor's other programs.
BARRIERS = (0, 8, 16, 32, 64, 128, 256)  # QUERY, PRIVATE_EXPEDITED with its registration, for machine code, for rseq

OWNERS_RIGHTS = 0o700  # that folders of the landlock tier have, and no umask takes away

STRICT_IOCTLS = (0x541B, 0x5421, 0x5450, 0x5451, 0x5401, 0x5413)  # FIONREAD FIONBIO FIO(N)CLEX TCGETS TIOCGWINSZ
