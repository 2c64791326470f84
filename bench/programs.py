"""The programs that the measurements run, and what each must print and write."""

from __future__ import annotations

from typing import NamedTuple

NO_OUTPUT = "Code executed successfully (no output)"  # what the servers say instead of nothing
_BLOCK = bytes(range(256)) * 4096
_BLOCKS = 5


class Program(NamedTuple):
    """A program, what it prints, and the name and the beginning of the file that it writes, if it writes one."""

    name: str
    code: str
    prints: str = ""
    file: str = ""
    begins: bytes = b""

    def wrote(self, content: bytes) -> bool:
        return len(content) >= 1000 and content.startswith(self.begins)


PASS = Program("pass", "pass")
PRINT = Program("print", "print(1)", prints="1\n")
IN_SESSION = Program("in a session", "print(1)", prints="1\n")
STREAMED = Program("first output", "print(1)\nimport time\ntime.sleep(0.05)", prints="1\n")
PANDAS = Program(
    "numpy and pandas",
    "import numpy as np, pandas as pd\nprint(pd.DataFrame({'a': np.arange(9)}).a.sum())",
    prints="36\n",
)
FIGURE = Program(
    "figure",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nplt.savefig('plot.png')",
    file="plot.png",
    begins=b"\x89PNG\r\n\x1a\n",
)
FILE = Program(
    "5 MB file",
    f"with open('data.bin', 'wb') as f:\n    for _ in range({_BLOCKS}):\n        f.write(bytes(range(256)) * 4096)",
    file="data.bin",
    begins=_BLOCK * _BLOCKS,
)
