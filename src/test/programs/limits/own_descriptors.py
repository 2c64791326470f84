# reason: error
# details-has: Too many open files
import resource

resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
try:
    kept = []
    while True:
        kept.append(open("/dev/null"))
except OSError as e:
    assert "Limit of 1024" not in str(e)
    raise
