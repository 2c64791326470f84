// Programs to begin with, by the name under which the page offers them.
export const examples = {
  "Hello": `print("Hello, World!")
`,
  "Plot a curve": `import numpy as np
import matplotlib.pyplot as plt

x = np.linspace(0, 4 * np.pi, 400)
plt.figure(figsize=(7, 3.5))
plt.plot(x, np.sin(x) * np.exp(-x / 8), label="damped")
plt.plot(x, np.sin(x), alpha=0.4, label="free")
plt.xlabel("time")
plt.legend()
plt.tight_layout()

# A figure left open becomes figure-1.png.
`,
  "Table to CSV": `import pandas as pd

table = pd.DataFrame(
    {
        "city": ["Oslo", "Bern", "Rome", "Oslo", "Rome"],
        "degrees": [3.5, 6.0, 14.5, 4.5, 16.0],
    }
)
means = table.groupby("city")["degrees"].agg(["mean", "count"])
print(means)
means.to_csv("means.csv")
`,
  "An error": `def share(cake, guests):
    return cake / guests


print("One cake, no guests:")
print(share(1, 0))
`,
};
