# reason: completed
# stdout: 6.0 [2. 4.]
import numpy as np
import pandas as pd

print(pd.DataFrame({"a": [1.0, 2.0, 3.0]}).a.sum(), np.array([1.0, 2.0]) * 2)
