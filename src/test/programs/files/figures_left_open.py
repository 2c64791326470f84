# reason: completed
# files: figure-1.png mine.png
import matplotlib.pyplot as plt

plt.figure()
plt.plot([1, 2, 3])
plt.savefig("mine.png")
plt.figure()
plt.plot([3, 2, 1])
