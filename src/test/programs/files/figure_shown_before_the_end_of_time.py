# reason: timeout
# timeout: 4
# files: figure-1.png
import time

import matplotlib.pyplot as plt

plt.plot([1, 2])
plt.show()
time.sleep(60)
