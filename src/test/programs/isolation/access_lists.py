# reason: completed
# stdout: refused
# The kernel would keep 64 KB for each file and each folder, in memory that no control group counts.
import os
import struct

USER_OBJ, USER, GROUP_OBJ, MASK, OTHER = 1, 2, 4, 16, 32
entries = [(USER_OBJ, 6, 0xFFFFFFFF), *((USER, 6, os.getuid()) for _ in range(8000))]
entries += [(GROUP_OBJ, 4, 0xFFFFFFFF), (MASK, 6, 0xFFFFFFFF), (OTHER, 4, 0xFFFFFFFF)]
large = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
os.mkdir("folder")
open("file", "w").close()
done = []
for name, kind in (("file", "access"), ("folder", "access"), ("folder", "default")):
    try:
        os.setxattr(name, f"system.posix_acl_{kind}", large)  # the landlock tier answers as if it had been done
    except OSError:
        pass
    try:
        done.append(len(os.getxattr(name, f"system.posix_acl_{kind}")))
    except OSError:
        pass
os.remove("file")
print(done or "refused")
