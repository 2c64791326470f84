# reason: error
# tiers: landlock
# details-has: have threads only
import multiprocessing

multiprocessing.Pool(2)
