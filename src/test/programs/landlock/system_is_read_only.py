# reason: completed
# tiers: landlock
# stdout: EACCES EACCES EACCES EACCES EACCES EACCES; ENOENT ENOENT; EACCES EACCES EACCES; ENOENT
# Here nothing is mounted read-only: Landlock or modes refuse, and what is not there is not there.
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
print(refusal(os.unlink, missing), refusal(os.rename, missing, missing + "-2"), end="; ")
print(refusal(os.mkdir, missing), refusal(open, "/etc/passwd", "a"), refusal(open, "/usr/bin/env", "w"), end="; ")
print(refusal(open, missing))
