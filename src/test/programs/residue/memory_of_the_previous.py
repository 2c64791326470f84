# reason: completed
# stdout: 0
import ctypes
import gc

# Programs before this one have held this word, put together here so that it does not find itself.
word = "".join(["left", "-by-", "the-", "previous"]).encode()
found = sum(1 for thing in gc.get_objects() if isinstance(thing, dict) and any(k == word for k in list(thing)))
print(found)
