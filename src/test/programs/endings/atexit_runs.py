# reason: completed
# stdout: at the end
import atexit

atexit.register(print, "at the end")
