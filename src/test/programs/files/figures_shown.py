# reason: completed
# files: figure-1.png figure-2.png figure-3.png
# What is shown comes at once and is closed; what is closed or cleared, or has nothing in it, does not come again.
import matplotlib.pyplot as plt

for height in (1, 2):
    plt.bar([1], [height])
    plt.show()
    assert not plt.get_fignums()
plt.clf()
plt.show()
figure, axes = plt.subplots()
axes.plot([1, 2])
figure.show()
plt.close()
plt.figure()
