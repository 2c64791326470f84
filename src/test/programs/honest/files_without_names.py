# reason: completed
# stdout: 20 10 1
import mmap
import os
import sqlite3
import tempfile
import time

with tempfile.TemporaryFile() as file:
    file.write(bytes(20 << 20))
    file.flush()
    time.sleep(0.2)
    size = os.fstat(file.fileno()).st_size
with tempfile.NamedTemporaryFile() as named:
    named.truncate(10 << 20)
    mapped = mmap.mmap(named.fileno(), 10 << 20)
mapped[0] = 1
time.sleep(0.2)
with sqlite3.connect(os.path.join(tempfile.gettempdir(), "a.db")) as base:
    base.execute("create table numbers (number)")
    base.execute("insert into numbers values (1)")
    found = base.execute("select count(*) from numbers").fetchone()[0]
print(size >> 20, len(mapped) >> 20, found)
