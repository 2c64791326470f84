# reason: completed
# files: figure-1.png
# tiers: namespaces
# Both processes come to the end of the program with the figure open.
import os

import matplotlib.pyplot as plt

plt.plot([1, 2])
child = os.fork()
if child:
    assert os.waitpid(child, 0)[1] == 0
