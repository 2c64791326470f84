# reason: completed
# tiers: namespaces
# stdout: 3 ['refused', 'refused', 'refused'] []
import errno
import fcntl
import os

# Terminals of another run would have the first numbers.
first, terminal = os.openpty()
assert os.ttyname(terminal) == "/dev/pts/0", os.ttyname(terminal)
made = 1
try:
    while True:
        os.openpty()
        made += 1
except OSError as e:
    assert e.errno == errno.ENOSPC, e

answers = []
for order in (0x5412, 0x541C, 0x5423):  # TIOCSTI, TIOCLINUX, TIOCSETD
    try:
        fcntl.ioctl(terminal, order, bytes(4))
        answers.append("done")
    except OSError:
        answers.append("refused")
changed = []
for name, attempt in {
    "folder": lambda: os.mkdir("/dev/pts/x"),
    "mode": lambda: os.chmod("/dev/pts", 0o777),
    "device": lambda: os.mkdir("/dev/x"),
    "link": lambda: os.unlink("/dev/stdout"),
}.items():
    try:
        attempt()
        changed.append(name)
    except OSError:
        pass
print(made, answers, changed)
