# reason: completed
# stdout: True ''
# Whatever they look for in the machine.
import contextlib
import io

with contextlib.redirect_stderr(io.StringIO()) as said:
    import psutil

    import joblib
    import sklearn
    import statsmodels.api

print(all((joblib, psutil, sklearn, statsmodels)), repr(said.getvalue()))
