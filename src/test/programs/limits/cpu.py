# reason: cpu
# signal: SIGXCPU
# details-has: Processor time limit
import resource

# Lowered by the program itself: a test machine may not have the processors to pass the real one before the time-out.
resource.setrlimit(resource.RLIMIT_CPU, (1, 2))
while True:
    pass
