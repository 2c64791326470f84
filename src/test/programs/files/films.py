# reason: completed
# stdout: 4
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


elsewhere = os.path.join(tempfile.gettempdir(), "film.html")
film().save(elsewhere, writer=animation.HTMLWriter(embed_frames=False))
film().save("film.gif", writer=animation.PillowWriter())
plt.close()
print(len(os.listdir(elsewhere[:-5] + "_frames")))
