# reason: memory
# details-has: Memory limit of 512 MB exceeded
import numpy

x = [numpy.ones(1 << 20) for _ in range(1000)]
