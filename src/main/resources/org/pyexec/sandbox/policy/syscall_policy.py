"""The policy of system calls: which a program may make and with which arguments, each line with its reason.

This file is data, like policy.py; seccomp.py makes a filter of it.
"""

from __future__ import annotations

import os

# --- system calls ----------------------------------------------------------------------------------------------------
# An allowlist. What stands in neither list is unknown to us and answered as by an older kernel: ENOSYS.

ALLOWED = {
    "files by descriptor": """read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek close
        close_range dup dup2 dup3 fcntl flock ftruncate fallocate readahead copy_file_range fstat fstatfs fchmod fchown fchdir getdents getdents64
        fgetxattr flistxattr fremovexattr""",
    "files by name, within what is mounted and what Landlock allows": """open openat creat access faccessat
        faccessat2 stat lstat newfstatat statx statfs truncate rename renameat renameat2 link linkat symlink symlinkat
        unlink unlinkat mkdir mkdirat rmdir mknod mknodat readlink readlinkat chmod fchmodat fchmodat2 chown lchown
        fchownat utime utimes utimensat futimesat umask getcwd chdir getxattr lgetxattr listxattr
        llistxattr removexattr lremovexattr""",
    "memory": """mmap munmap mprotect mremap madvise brk mincore mlock munlock mlock2 mlockall munlockall
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
    "about the machine": "uname sysinfo getrandom ioctl",
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
# splice, sendfile, vmsplice and tee pin pages in pipes and sockets, whole ones for a byte of each. A set of rules of Landlock has
# as many as there are ports and files, and a process as many sets as it may have open. Machine code of filters comes from a pool
# of the whole machine's (bpf_jit_limit), without which no further run could get its own.
UNCOUNTED_MEMORY = """splice sendfile vmsplice tee memfd_create memfd_secret shmget shmat shmctl shmdt msgget msgsnd msgrcv msgctl semget semop semctl
    landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp"""

# Answered as by a file system without them: the kernel keeps an access control list of 64 KB for each file, and another for
# each folder, in memory that no control group counts; acl(5), fs/posix_acl.c.
UNSUPPORTED = "setxattr lsetxattr fsetxattr"

# Answered as done. The system's files lie on the host's disks: whoever has the kernel forget what it keeps of them in memory, or
# waits for a disk, makes everybody wait who uses it. What a program can write is thrown away with the run.
PRETENDED = "fadvise64 fsync fdatasync sync_file_range msync"

# open(2): refused for the same reason; where the flags lie in memory, the call is unknown.
DIRECT = os.O_DIRECT

# --- system calls in the landlock tier ---------------------------------------------------------------------------------
# Without namespaces the program shares process ids, networks and file names with the host. So it may have threads, but
# no other processes (execve(2) ends with a second filter, right before the program begins) and no sockets but pairs; and files without names only in its own table, where they are counted, not on their
# way in a socket.

STRICT_REFUSED = """fork vfork execve execveat setsid setpgid tkill pidfd_open pidfd_send_signal
    get_robust_list capget ioprio_get connect bind listen accept accept4 sendmsg sendmmsg mknod mknodat
    setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid"""

# Landlock does not cover these. They are answered as done without being done, so that copying a file with its mode and
# times works and nothing of the host changes.
STRICT_PRETENDED = """chmod fchmod fchmodat fchmodat2 chown lchown fchown fchownat utime utimes utimensat futimesat
    setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr"""

# Of these, what a program does for which the run's own user id has been found: by that it owns nothing but the run's files, so the
# kernel does them there and refuses them elsewhere. Whoever may write a file may set its times to now, as with any write. Not chown(2):
# without an id in its arguments it does not ask who owns the file, takes capabilities from it, and copies it up on overlayfs.
STRICT_OWNERS = "chmod fchmod fchmodat fchmodat2 utime utimes utimensat futimesat"

# Files lie on a disk of the host's: space taken ahead is in no limit of a file's size on many file systems; fallocate(2).
STRICT_UNSUPPORTED = "fallocate"
STRICT_DIRECT = DIRECT | 0o4010000  # O_SYNC, and O_DSYNC, whose bit is one of its

# Without a number, or with that of its process, not of a thread. The kernel tells any process's by its number.
STRICT_OWN = "getsid getpgid sched_getparam sched_getscheduler sched_rr_get_interval"
STRICT_CLOCKS = "clock_gettime clock_getres clock_nanosleep timer_create"
LAST_CLOCK = 11  # CLOCK_TAI; behind it are those of processes, by their numbers: of its own from here on
FIRST_OWN_CLOCK = 0xFFFFFFF8

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

# prctl(2). Without PR_SET_PDEATHSIG, since a program ends with its zygote, and PR_SET_DUMPABLE, since the supervisor looks into it,
# perhaps as its equal (both are refused in plain words); PR_FUTEX_HASH and PR_SET_VMA, which take memory of the kernel's;
# PR_SCHED_CORE, which keeps the other half of a core idle; PR_SET_SECCOMP, see UNCOUNTED_MEMORY; PR_SET_MM, PR_SET_PTRACER.
PRCTL_OPTIONS = (
    *(2, 3, 7, 8, 15, 16),  # GET_PDEATHSIG GET_DUMPABLE GET_KEEPCAPS SET_KEEPCAPS SET_NAME GET_NAME
    *(21, 23, 25, 27, 29, 30),  # GET_SECCOMP CAPBSET_READ GET_TSC GET_SECUREBITS SET_TIMERSLACK GET_TIMERSLACK
    *(36, 37, 38, 39, 40, 41, 42),  # SET_ GET_CHILD_SUBREAPER, SET_ GET_NO_NEW_PRIVS, GET_TID_ADDRESS, SET_ GET_THP_DISABLE
    *(50, 51, 52, 54, 55, 56, 63, 64),  # SVE_SET_VL SVE_GET_VL GET_SPECULATION_CTRL PAC_RESET_KEYS, tagged addresses, SME
    *(65, 66),  # SET_MDWE GET_MDWE
)
PRCTL_REFUSED = (1, 4)  # PR_SET_PDEATHSIG PR_SET_DUMPABLE

# madvise(2): about a program's own pages. Without MADV_MERGEABLE, which merges them with equal ones of other processes and so tells
# what those have; MADV_HWPOISON and MADV_SOFT_OFFLINE, which take pages from the machine; MADV_PAGEOUT, which fills its swap space; MADV_COLLAPSE, for which every processor is asked.
MEMORY_ADVICE = (
    *(0, 1, 2, 3, 4, 8, 9),  # NORMAL RANDOM SEQUENTIAL WILLNEED DONTNEED FREE REMOVE
    *(10, 11, 13, 14, 15, 16, 17),  # DONTFORK DOFORK UNMERGEABLE HUGEPAGE NOHUGEPAGE DONTDUMP DODUMP
    *(18, 19, 20, 22, 23, 24),  # WIPEONFORK KEEPONFORK COLD POPULATE_READ POPULATE_WRITE DONTNEED_LOCKED
    *(102, 103),  # GUARD_INSTALL GUARD_REMOVE
)

# fcntl(2). Without F_SETOWN, F_SETOWN_EX and F_SETSIG, which have the kernel send any signal to any process of the same
# user; F_NOTIFY and F_SETLEASE, which tell about and hold up others on the host's files; F_SETPIPE_SZ, since pages of pipes
# are counted for the user and not for the run; locks of open file descriptions, whose owner the kernel does not tell.
FCNTL_COMMANDS = (
    *(0, 1, 2, 3, 4),  # F_DUPFD F_GETFD F_SETFD F_GETFL F_SETFL
    *(5, 6, 7),  # F_GETLK F_SETLK F_SETLKW
    *(9, 11, 16),  # F_GETOWN F_GETSIG F_GETOWN_EX
    *(1030, 1032, 1033, 1034),  # F_DUPFD_CLOEXEC F_GETPIPE_SZ F_ADD_SEALS F_GET_SEALS
    *(1035, 1036, 1037, 1038),  # F_GET_RW_HINT F_SET_RW_HINT F_GET_FILE_RW_HINT F_SET_FILE_RW_HINT
)

# socket(2): types without their flags, and protocols. No multipath TCP (262), UDP-Lite (136), SCTP (132), raw sockets.
SOCKET_TYPES = (1, 2, 5)  # SOCK_STREAM SOCK_DGRAM SOCK_SEQPACKET
SOCKET_PROTOCOLS = (0, 6, 17)  # the usual one, TCP, UDP

# setsockopt(2): taken and not used, since what waits in a socket's buffers is memory of the kernel's.
# With SO_LINGER whoever closes a socket waits for it, and that may be a thread of the kernel's which closes for everybody.
# Time stamps change code of the kernel's, for which every processor of the machine is stopped.
UNUSED_SOCKET_OPTIONS = {
    1: (  # SOL_SOCKET
        *(7, 8, 32, 33, 13),  # SNDBUF RCVBUF SNDBUFFORCE RCVBUFFORCE LINGER
        *(29, 35, 37, 63, 64),  # TIMESTAMP TIMESTAMPNS TIMESTAMPING TIMESTAMP_NEW TIMESTAMPNS_NEW
    )
}

# setsockopt(2): what libraries set, by level. Without what changes the kernel's code for a connection (TCP_CONGESTION, TCP_ULP,
# TCP_MD5SIG, UDP_ENCAP, filters of BPF), what reaches into its tables (netfilter, IPsec), SO_PASSPIDFD, with which a
# message would bring a descriptor of its sender, and memberships of multicast groups, which are memory that no control group
# counts, and are made under a lock that all networks of the machine share (RTNL).
SOCKET_OPTIONS = {
    1: (  # SOL_SOCKET
        *(1, 2, 3, 4, 5, 6),  # DEBUG REUSEADDR TYPE ERROR DONTROUTE BROADCAST
        *(9, 10, 12, 15, 16),  # KEEPALIVE OOBINLINE PRIORITY REUSEPORT PASSCRED
        *(18, 19, 20, 21, 25),  # RCVLOWAT SNDLOWAT RCVTIMEO SNDTIMEO BINDTODEVICE
        *(40, 42, 66, 67),  # RXQ_OVFL PEEK_OFF RCVTIMEO_NEW SNDTIMEO_NEW
    ),
    0: (  # IPPROTO_IP
        *(1, 2, 6, 8, 10, 11, 12, 13, 15),  # TOS TTL RECVOPTS PKTINFO MTU_DISCOVER RECVERR RECVTTL RECVTOS FREEBIND
        *(24, 32, 33, 34, 49, 51),  # BIND_ADDRESS_NO_PORT, MULTICAST_IF MULTICAST_TTL MULTICAST_LOOP MULTICAST_ALL, LOCAL_PORT_RANGE
    ),
    41: (  # IPPROTO_IPV6
        *(16, 17, 18, 19),  # UNICAST_HOPS MULTICAST_IF MULTICAST_HOPS MULTICAST_LOOP
        *(23, 25, 26, 29),  # MTU_DISCOVER RECVERR V6ONLY MULTICAST_ALL
        *(49, 50, 51, 52, 62, 66, 67),  # RECVPKTINFO PKTINFO RECVHOPLIMIT HOPLIMIT DONTFRAG RECVTCLASS TCLASS
    ),
    6: (  # IPPROTO_TCP
        *(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),  # NODELAY MAXSEG CORK KEEPIDLE KEEPINTVL KEEPCNT SYNCNT LINGER2 DEFER_ACCEPT WINDOW_CLAMP
        *(12, 18, 23, 25, 30, 36),  # QUICKACK USER_TIMEOUT FASTOPEN NOTSENT_LOWAT FASTOPEN_CONNECT INQ
    ),
    17: (1, 103),  # IPPROTO_UDP: CORK SEGMENT
}
# getsockopt(2): all but SO_PEERPIDFD, a handle of the process at the other end, which may be one of ours; and
# TCP_ZEROCOPY_RECEIVE, which maps pages that are in no count.
REFUSED_TO_GET = ((1, 77), (6, 35))

# ioctl(2), where programs have namespaces: what is asked of files, pipes, sockets, interfaces and terminals.
# What is not here is answered as by a file that does not know it.
IOCTLS = (
    *(0x541B, 0x5411, 0x5421, 0x5450, 0x5451, 0x5460),  # FIONREAD SIOCOUTQ FIONBIO FIO(N)CLEX FIOQSIZE
    *(0x5401, 0x5402, 0x5403, 0x5404, 0x5405),  # TCGETS TCSETS TCSETSW TCSETSF TCGETA: isatty(3), termios(3)
    *(0x540F, 0x5410, 0x5413, 0x5429),  # TIOCGPGRP TIOCSPGRP TIOCGWINSZ TIOCGSID
    # Of pseudo-terminals of the run's own; ioctl_tty(2). Without TIOCSETD, whose kinds of lines are old code of the kernel's.
    *(0x540E, 0x5414, 0x5422, 0x5409, 0x540A, 0x540B, 0x5425),  # TIOCSCTTY TIOCSWINSZ TIOCNOTTY TCSBRK TCXONC TCFLSH TCSBRKP
    *(0x80045430, 0x40045431, 0x80045439, 0x5441),  # TIOCGPTN TIOCSPTLCK TIOCGPTLCK TIOCGPTPEER
    0x8905,  # SIOCATMARK
    # What netdevice(7) reads of interfaces. Without SIOCGIFCONF, which holds a lock of the whole machine while it copies to the program.
    *(0x8910, 0x8913, 0x8915, 0x8917, 0x8919, 0x891B, 0x891D, 0x8921),
    *(0x8927, 0x8933, 0x8942, 0x8970),  # their hardware address, index, queue and map
    *(0x40049409, 0x4020940D, 0x80086601),  # FICLONE FICLONERANGE FS_IOC_GETFLAGS: copies of files
)

# close_range(2): without CLOSE_RANGE_UNSHARE, which gives a thread a table of open files of its own.
CLOSE_RANGE_FLAGS = (0, 4)  # CLOSE_RANGE_CLOEXEC

# mmap(2): huge pages come from a pool of the host's, counted by nothing; what grows downwards is in no limit of data.
MAPPINGS_REFUSED = 0x40000 | 0x100  # MAP_HUGETLB MAP_GROWSDOWN

# preadv2(2), pwritev2(2). Without RWF_SYNC and RWF_DSYNC, see PRETENDED, and RWF_NOWAIT, which tells what others have read.
READ_FLAGS = (0,)
WRITE_FLAGS = (0, 16)  # RWF_APPEND

# membarrier(2): of the own process. Without MEMBARRIER_CMD_GLOBAL and its kin, which concern every processor's other programs.
BARRIERS = (0, 8, 16, 32, 64, 128, 256)  # QUERY, PRIVATE_EXPEDITED with its registration, for machine code, for rseq

SET_IDS = 0o6000  # set-user-ID and set-group-ID, in a mode; inode(7)
STRICT_MODES = {"chmod": 1, "fchmod": 1, "fchmodat": 2, "fchmodat2": 2, "creat": 1}  # the index of the mode
MAKES_FILES = os.O_CREAT | 0o20000000  # __O_TMPFILE
OWNERS_RIGHTS = 0o700  # that folders of the landlock tier have, and no umask takes away

STRICT_IOCTLS = (0x541B, 0x5421, 0x5450, 0x5451, 0x5401, 0x5413)  # FIONREAD FIONBIO FIO(N)CLEX TCGETS TIOCGWINSZ
