# reason: completed
# tiers: namespaces
# stdout: EPERM
import errno
import fcntl

try:
    fcntl.ioctl(0, 0x5412, b"x")
    print("done")
except OSError as e:
    print(errno.errorcode[e.errno])
