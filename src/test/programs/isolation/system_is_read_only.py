# reason: completed
# tiers: namespaces
# stdout: EROFS EROFS EROFS EROFS EROFS EROFS; EROFS EROFS EROFS EROFS; EACCES EACCES EACCES EACCES; ENOENT
# The kernel looks whether a mount may be written before it looks for a name; docs/adr/0015.
import errno
import os
import sysconfig

site = sysconfig.get_paths()["purelib"]


def refusal(attempt, *arguments):
    try:
        attempt(*arguments)
        return "done"
    except OSError as e:
        return errno.errorcode[e.errno]


places = ("", "/etc", "/usr", "/bin", site, "/dev")
missing = "/usr/lib/not-there-before"
print(*(refusal(open, place + "/not-there-before.pth", "a") for place in places), end="; ")
print(refusal(os.unlink, missing), refusal(os.mkdir, missing), refusal(os.rename, missing, missing + "-2"), end=" ")
print(refusal(open, "/usr/bin/env", "w"), end="; ")
print(*(refusal(open, path, mode) for path in ("/usr/bin/env", "/usr/lib/os-release") for mode in ("a", "r+")), end="; ")
print(refusal(open, missing))
