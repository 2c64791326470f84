# reason: completed
# stdout: ['fails', 'last', 'write'] 0
# Of what the server does after the program nothing is seen, also where the program raises in a function for its exit.
import atexit
import sys

seen = []


def watch(frame, event, argument, seen=seen):
    seen.append((frame.f_code.co_filename, frame.f_code.co_name))
    return watch


def write(seen):
    sys.settrace(None)
    sys.setprofile(None)
    print(sorted({name for file, name in seen if file.endswith("main.py")}), sum("sandbox>" in file for file, _ in seen))


@atexit.register
def last():
    write(seen)


@atexit.register
def fails():
    sys.settrace(watch)
    del seen[:]
    raise ValueError


sys.settrace(watch)
sys.setprofile(watch)
