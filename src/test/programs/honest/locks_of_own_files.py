# reason: completed
# stdout: busy free busy [(1,)]
import fcntl
import os
import sqlite3
import tempfile

path = os.path.join(tempfile.gettempdir(), "lock")
with open(path, "w") as first, open(path, "w") as second:
    fcntl.flock(first, fcntl.LOCK_EX)
    for _ in range(2):
        try:
            fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
            print("free", end=" ")
        except BlockingIOError:
            print("busy", end=" ")
            fcntl.flock(first, fcntl.LOCK_UN)
    fcntl.lockf(first, fcntl.LOCK_EX)
    fcntl.lockf(first, fcntl.LOCK_UN)

path = os.path.join(tempfile.gettempdir(), "base.db")
one = sqlite3.connect(path, isolation_level=None)
other = sqlite3.connect(path, isolation_level=None, timeout=0)
one.execute("create table numbers (number)")
one.execute("begin immediate")
one.execute("insert into numbers values (1)")
try:
    other.execute("begin immediate")
except sqlite3.OperationalError:
    print("busy", end=" ")
one.execute("commit")
print(other.execute("select * from numbers").fetchall())
