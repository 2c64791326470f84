# reason: completed
# stdout: 3 True 1.5 x**2 3 (1, 2) 4 {'C': 2}
import networkx
import numpy as np
import plotly.graph_objects as go
import scipy.optimize
import seaborn
import statsmodels.api as sm
import sympy
from sklearn.datasets import load_iris
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC

root = scipy.optimize.brentq(lambda x: x - 3, 0, 9)
model = LinearRegression().fit([[1], [2]], [2, 4])
fitted = sm.OLS([1.0, 2.0], [1.0, 1.0]).fit()
x = sympy.Symbol("x")
path = networkx.shortest_path_length(networkx.path_graph(4), 0, 3)
search = GridSearchCV(SVC(), {"C": [1, 2]}, n_jobs=-1).fit(*load_iris(return_X_y=True))
print(round(root), np.isclose(model.predict([[3]])[0], 6), round(fitted.params[0], 3), sympy.integrate(2 * x, x), path, end=" ")
print(go.Scatter(y=[1, 2]).y, len(seaborn.color_palette("deep", 4)), search.best_params_)
