# reason: completed
# stdout: [] [1] ['figure-1.png'] []
# files: figure-1.png
# plt.pause() shows nothing, however often: the figure stays open, and comes when it is shown.
import os

import matplotlib.pyplot as plt


def pictures():
    return [name for name in os.listdir() if name.endswith(".png")]


for height in (1, 2, 3):
    plt.plot([0, height])
    plt.pause(0.01)
before = pictures(), plt.get_fignums()
plt.show()
print(*before, pictures(), plt.get_fignums())
