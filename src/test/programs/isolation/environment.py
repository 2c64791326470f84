# reason: completed
# stdout: []
import os

allowed = {"PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "MPLBACKEND", "MPLCONFIGDIR",
           "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS",
           "NUMEXPR_NUM_THREADS", "JOBLIB_MULTIPROCESSING", "MALLOC_ARENA_MAX"}
print(sorted(set(os.environ) - allowed))
