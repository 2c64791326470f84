# reason: completed
# stdout: agg
# files: plot.png
import matplotlib
import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.title("Größe")
plt.savefig("plot.png")
print(matplotlib.get_backend().lower())
