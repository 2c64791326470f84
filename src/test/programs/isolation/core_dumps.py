# reason: completed
# stdout: refused refused refused readable
# With a limit of 0 a core_pattern that is a pipe would get what this program makes of it; core(5).
import ctypes
import resource

answers = []
for limits in ((0, 0), (0, 1), (1, 1)):
    try:
        resource.setrlimit(resource.RLIMIT_CORE, limits)
        answers.append("done")
    except (OSError, ValueError):
        answers.append("refused")
soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
answers.append("readable" if soft == hard and soft in (0, 1) else f"{soft} {hard}")
print(*answers)
