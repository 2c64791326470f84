# reason: completed
# stdout: 4 4
# files: figure-1.png film.gif
# A film that is saved elsewhere comes as one figure: its frames, which are files for some writers, do not.
import os
import tempfile

import matplotlib.pyplot as plt
from matplotlib import animation

figure, axes = plt.subplots(figsize=(1, 1))
(line,) = axes.plot([0, 1])


def film():
    return animation.FuncAnimation(figure, lambda number: line.set_ydata([number, 1]), frames=4, cache_frame_data=False)


elsewhere = os.path.join(tempfile.mkdtemp(), "film.html")
by_hand = os.path.join(tempfile.mkdtemp(), "film.html")
writer = animation.HTMLWriter(embed_frames=False)
with writer.saving(figure, by_hand, dpi=50):
    for number in range(4):
        line.set_ydata([number, 0])
        writer.grab_frame()
film().save(elsewhere, writer=animation.HTMLWriter(embed_frames=False))
film().save("film.gif", writer=animation.PillowWriter())
plt.close()
print(*(len(os.listdir(path[:-5] + "_frames")) for path in (by_hand, elsewhere)))
