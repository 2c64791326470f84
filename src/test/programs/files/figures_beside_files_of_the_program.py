# reason: completed
# files: figure-1.png figure-2.png figure-4.png
# skipped: figure-3.png
# stdout: mine
# stderr-has: ParseSyntaxException
import atexit
import os

import matplotlib.pyplot as plt

with open("figure-1.png", "w") as file:
    file.write("mine")
os.symlink("figure-1.png", "figure-3.png")
plt.plot([1, 2, 3])
plt.figure()
plt.title("$\\frac{1}$")  # cannot be drawn
plt.figure()
plt.plot([3, 2, 1])
atexit.register(lambda: print(open("figure-1.png").read()))
