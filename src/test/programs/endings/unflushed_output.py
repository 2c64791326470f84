# reason: completed
# stdout-has: without a line break
import sys

sys.stdout.reconfigure(line_buffering=False)
sys.stdout.write("without a line break")
