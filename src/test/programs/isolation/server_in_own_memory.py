# reason: completed
# stdout: read True, found []
# Looks through its own memory for what the server was told at its start: where its files lie, which hosts are allowed.
# The words are never whole in this program, so that it does not find itself.
import ctypes
import gc
import os

PAGE = 4096
FOLDER = ("sandbox-", "-tset")  # the second half backwards
libc = ctypes.CDLL(None, use_errno=True)
libc.sbrk.restype = ctypes.c_void_p
libc.sbrk.argtypes = (ctypes.c_ssize_t,)
libc.write.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t)
reader, writer = os.pipe()
os.set_blocking(writer, False)
marker = ctypes.create_string_buffer(b"a mark that has to be found")


def memory(address, size):
    """What is there, or nothing: a pipe refuses what is not mapped."""
    taken = libc.write(writer, address, size)
    return os.read(reader, taken) if taken > 0 else b""


def region(page, seen):
    """Everything that is mapped around it."""
    parts = []
    for step in (1, -1):
        at = page if step == 1 else page - PAGE
        while at not in seen and at > 0:
            data = memory(at, PAGE)
            if not data:
                break
            seen.add(at)
            parts.insert(0, data) if step == -1 else parts.append(data)
            at += step * PAGE
    return b"".join(parts)


def places():
    """Of objects, of the C library's heap, of the stack, arguments and environment, of globals of libraries."""
    yield ctypes.c_void_p.in_dll(libc, "environ").value
    yield libc.sbrk(0) - PAGE
    for name in ("environ", "stdout", "program_invocation_name"):
        pointer = ctypes.c_void_p.in_dll(libc, name)
        yield ctypes.addressof(pointer)
        yield pointer.value
    yield ctypes.cast(ctypes.pythonapi.PyList_New, ctypes.c_void_p).value
    yield ctypes.addressof(marker)
    for each in gc.get_objects():
        yield id(each)


def halves(first, second):
    """As bytes, and as C's wide characters."""
    for encoding in ("utf-8", "utf-32-le"):
        yield first.encode(encoding), second[::-1].encode(encoding)


seen = set()
found = []
marked = False
sought = list(halves(*FOLDER))
for place in places():
    page = place & -PAGE
    if page in seen:
        continue
    data = region(page, seen)
    marked = marked or data.find(marker.raw[:-1]) >= 0
    for first, second in sought:
        at = data.find(first)
        while at >= 0:
            end = at + len(first)
            if data[end : end + len(second)] == second:
                found.append(len(first))
            at = data.find(first, at + 1)
print(f"read {marked and len(seen) > 500}, found {found}")
