# reason: completed
# stdout: 45
from concurrent.futures import ThreadPoolExecutor

with ThreadPoolExecutor(20) as pool:
    print(sum(pool.map(int, "0123456789")))
