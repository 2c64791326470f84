# reason: completed
# tiers: landlock
# stdout: [] works
# Its folder is on a disk that others write to as well: whoever waits for it makes them wait.
import ctypes
import errno
import mmap
import os

done = []
reading, writing = os.pipe()
for name in ("fsync", "fdatasync"):
    getattr(os, name)(writing)  # that of a pipe is an error where it is not only answered as done
for flag in (os.O_SYNC, os.O_DSYNC):
    try:
        os.open("file", os.O_CREAT | os.O_WRONLY | flag)
        done.append("open")
    except OSError:
        pass
with open("file", "wb") as file:
    for flag in (2, 4):  # RWF_DSYNC RWF_SYNC
        try:
            os.pwritev(file.fileno(), [b"x"], 0, flag)
            done.append("write")
        except OSError as e:
            assert e.errno == errno.EOPNOTSUPP, e
    file.write(b"x" * mmap.PAGESIZE)
    file.flush()
    os.fsync(file.fileno())
with open("file", "r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
    mapped[0:1] = b"y"
    mapped.flush()
with open("file", "rb") as file:
    honest = file.read(2) == b"yx"
os.remove("file")
print(done, "works" if honest else "")
