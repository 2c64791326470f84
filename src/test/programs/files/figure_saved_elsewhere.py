# reason: completed
# files: figure-1.png figure-2.png kept.png
import matplotlib.pyplot as plt

plt.plot([1, 2])
plt.savefig("/tmp/lost.png") if __file__.startswith("/sandbox/") else plt.savefig("../.tmp/lost.png")
plt.figure()
plt.plot([2, 1])
try:
    plt.savefig("missing/lost.png")
except OSError:
    pass
plt.figure()
plt.plot([3, 1])
plt.savefig("kept.png")
plt.show()
