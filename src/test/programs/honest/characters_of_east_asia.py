# reason: completed
# stdout: True ['sans-serif']
# files: figure-1.png figures.pdf figures.svg
import logging
import warnings

import matplotlib
import matplotlib.pyplot as plt

warnings.simplefilter("error")  # a character without a picture is a warning
logging.raiseExceptions = True
plt.title("三月 销售, さくら, 한국어")
for style in ("serif", "monospace"):
    plt.plot([1, 2], label=f"{style} 语")
plt.legend(prop={"family": "serif"})
for kind in ("pdf", "svg"):
    plt.savefig(f"figures.{kind}")
plt.figure()
plt.text(0.2, 0.5, "太字", fontweight="bold", style="italic")
print(dict(matplotlib.rcParams) == dict(matplotlib.rcParamsDefault, backend=matplotlib.rcParams["backend"]), end=" ")
print(matplotlib.rcParams["font.family"])
