# reason: completed
# files: figure-1.png figure-2.png figure-3.png figure-4.png
import tempfile

import matplotlib.pyplot as plt

folder = tempfile.mkdtemp()
for number in range(2):
    plt.plot([number, 2])
    plt.savefig(f"{folder}/{number}.png")
    plt.clf()
plt.plot([1, 2])
with open(f"{folder}/a.png", "wb") as file:
    plt.savefig(file)
plt.close()
plt.plot([3, 2])
plt.savefig(f"{folder}/a.pdf")
plt.close()
