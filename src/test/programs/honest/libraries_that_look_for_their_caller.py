# reason: error
# stderr-has: main.py:7: UserWarning: Glyph 1114109
# details-has: File "main.py", line 11, in <module>
# files: x.png
import matplotlib.pyplot as plt
plt.title("\U0010fffd")
plt.savefig("x.png")
import traceback
try: plt.savefig("missing/x.png")
except OSError: assert "sandbox>" not in traceback.format_exc()
plt.savefig("missing/x.png")
