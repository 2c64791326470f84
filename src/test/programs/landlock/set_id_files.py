# reason: completed
# stdout: []
# tiers: landlock
# Files lie on the host's disk: one with these bits would give whoever runs it the identity of the run, or of the server.
import ctypes
import os
import platform
import stat

C = ctypes.CDLL(None, use_errno=True)
SET_IDS = stat.S_ISUID | stat.S_ISGID
found = []


def look(what, descriptor):
    if os.fstat(descriptor).st_mode & SET_IDS:
        found.append(what)
    os.close(descriptor)


def through_a_handle(mode):
    descriptor = os.open("own", os.O_RDWR)
    os.fchmod(descriptor, mode)
    look("fchmod", descriptor)


def from_the_beginning(mode):
    look("open", os.open(f"new-{mode:o}", os.O_CREAT | os.O_WRONLY, mode))


def in_a_folder(mode):
    folder = os.open(".", os.O_RDONLY)
    look("openat", os.open(f"new-in-folder-{mode:o}", os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode, dir_fd=folder))


def without_a_name(mode):
    look("nameless", os.open(".", os.O_TMPFILE | os.O_RDWR, mode))


def by_its_number(mode):
    numbers = [(85, b"created", mode), (90, b"own", mode)] if platform.machine() == "x86_64" else []
    for number, *arguments in [*numbers, (452, -100, b"own", mode, 0)]:  # creat, chmod, fchmodat2
        C.syscall(number, *arguments)


with open("own", "w") as file:
    file.write("x")
for mode in (0o4755, 0o2755, 0o6755, 0o7777):
    for attempt in (lambda mode: os.chmod("own", mode), lambda mode: os.chmod("own", mode, dir_fd=os.open(".", os.O_RDONLY)),
                    through_a_handle, from_the_beginning, in_a_folder, without_a_name, by_its_number):
        try:
            attempt(mode)
        except OSError:
            pass
    found += [name for name in os.listdir() if os.lstat(name).st_mode & SET_IDS]
os.chmod("own", 0o1750)
os.close(os.open("own", os.O_RDONLY, 0o6755))  # a mode that means nothing
os.close(os.open("usual", os.O_CREAT | os.O_WRONLY, 0o1777))
print(found)
