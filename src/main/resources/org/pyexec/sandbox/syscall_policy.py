"""The policy of system calls: which a program may make and with which arguments, each line with its reason.

This file is data, like policy.py; seccomp.py makes a filter of it.
"""

from __future__ import annotations

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
