# reason: completed
# files: figure-1.png own.png same.png
import matplotlib.pyplot as plt

plt.plot([1, 2])
plt.savefig("own.png", dpi=50, bbox_inches="tight")
plt.plot([3, 4])
plt.show()
plt.plot([1, 2], label="x")
plt.legend()
plt.savefig("same.png", dpi=50, bbox_inches="tight")
plt.show()
