# reason: completed
# stdout-has: without a line break
import io
import sys

sys.stdout = io.StringIO()
sys.__stdout__.write("without a line break")
