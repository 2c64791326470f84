# reason: completed
# stdout: only a lie about itself
import ctypes
import gc

for thing in gc.get_objects():
    if type(thing).__name__ == "Writer" and hasattr(thing, "done"):
        ctypes.memmove(thing._address, b"\xff" * 4096, 4096)
print("only a lie about itself")
