# reason: completed
# stdout: refused refused own
# One user id may belong to several runs and servers; setpriority(2).
import os

answers = []
for which in (os.PRIO_USER, os.PRIO_PGRP):
    try:
        os.setpriority(which, 0, 19)
        answers.append("done")
    except OSError:
        answers.append("refused")
os.setpriority(os.PRIO_PROCESS, 0, 19)
answers.append("own" if os.getpriority(os.PRIO_PROCESS, 0) == 19 else "not done")
print(*answers)
