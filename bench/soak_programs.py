"""The programs of the long run, each with the ways in which it may end."""

from __future__ import annotations

from typing import NamedTuple, Optional, Tuple


class Program(NamedTuple):
    """Code with `PORT` for the server's port and `MARKER` for a word that no other process has."""

    kind: str
    weight: int
    code: str
    reasons: Tuple[str, ...] = ("completed",)
    output: Optional[str] = None  # the whole of it, where it is known; SHA256 of the only file: that file's digest
    files: Tuple[str, ...] = ()
    timeout: float = 20
    has_words: bool = True  # such as PORT; else the code is taken as it is


PROGRAMS = (
    Program("print", 12, "print('Hello, World!')", output="Hello, World!\n"),
    Program("long output", 2, "print('x' * 200_000)", output="x" * 200_000 + "\n"),
    Program(
        "numpy and pandas",
        6,
        "import numpy as np, pandas as pd\n"
        "frame = pd.DataFrame({'key': np.arange(1000) % 7, 'value': np.arange(1000)})\n"
        "print(frame.groupby('key').value.sum().sum())",
        output="499500\n",
    ),
    Program(
        "figure",
        2,
        "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\nprint('drawn')",
        output="drawn\n",
        files=("figure-1.png",),
    ),
    Program(
        "one file",
        4,
        "import hashlib, os\n"
        "content = os.urandom(300_000)\n"
        "open('data.bin', 'wb').write(content)\n"
        "print(hashlib.sha256(content).hexdigest())",
        output="SHA256",
        files=("data.bin",),
    ),
    Program(
        "files in folders",
        3,
        "import os\n"
        "os.makedirs('a/b')\n"
        "for name in ('a/b/one.csv', 'a/two.txt', 'three.json', 'empty.txt'):\n"
        "    open(name, 'w').write('x,y\\n' * 1000 if name != 'empty.txt' else '')",
        files=("a/b/one.csv", "a/two.txt", "empty.txt", "three.json"),
    ),
    Program("large file", 1, "open('large.bin', 'wb').write(bytes(5_000_000))", files=("large.bin",)),
    # --- failing
    Program("exception", 4, "print('so far')\nprint(1 / 0)", ("error",), "so far\n"),
    Program("exit code", 2, "import sys\nsys.exit(3)", ("error",), ""),
    Program("syntax error", 1, "x = = 1", ("error",), ""),
    Program(
        "file, then exception",
        2,
        "open('a.txt', 'w').write('kept')\nraise ValueError",
        ("error",),
        "",
        ("a.txt",),
    ),
    Program("crash", 1, "import ctypes\nctypes.string_at(0)", ("killed",), ""),
    # --- timing out
    Program("endless loop", 2, "print('on')\nwhile True: pass", ("timeout",), "on\n", timeout=1),
    Program("endless wait", 2, "import threading\nthreading.Event().wait()", ("timeout",), "", timeout=1),
    # --- hostile
    Program(
        "signal ignorer",
        1,
        "import signal\n"
        "for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:\n"
        "    signal.signal(number, signal.SIG_IGN)\n"
        "print('ignoring')\n"
        "while True: pass",
        ("timeout",),
        "ignoring\n",
        timeout=1,
    ),
    Program(
        "fork bomb",
        1,
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
        ("timeout", "processes"),
        "",
        timeout=1,
    ),
    Program(
        "threads without end",
        1,
        "import threading\nwhile True:\n    threading.Thread(target=threading.Event().wait).start()",
        ("processes", "timeout"),
        timeout=3,
    ),
    Program(
        "memory hog",
        1,
        "kept = []\nwhile True:\n    kept.append(b'x' * (16 << 20) + bytes([len(kept) % 256]))",
        ("memory",),
        "",
    ),
    Program("output flood", 1, "import os\nwhile True: os.write(1, b'x' * 65536)", ("output",)),
    Program(
        "disk filler",
        1,
        "with open('big.bin', 'wb') as f:\n    for _ in range(200):\n        f.write(b'x' * (1 << 20))",
        ("disk",),
        "",
    ),
    Program(
        "empty files without end",
        1,
        "i = 0\nwhile True:\n    open(f'{i}', 'w').close()\n    i += 1",
        ("disk", "timeout"),
        "",
    ),
    Program(
        "daemon that holds the streams",
        3,
        "import os, sys\n"
        "try:\n"
        "    if os.fork() == 0:\n"
        "        os.setsid()\n"
        "        if os.fork() == 0:\n"
        "            os.execv(sys.executable, [sys.executable, '-c', 'while True: pass', 'MARKER'])\n"
        "        os._exit(0)\n"
        "    os.wait()\n"
        "except OSError:\n"
        "    pass  # the weaker tier has no processes\n"
        "print('main is done')",
        output="main is done\n",
    ),
    Program(
        "files of others",
        2,
        "import os\n"
        "for name in ('/etc/shadow', '/root/.bashrc', '/sys/kernel/notes', '/dev/mem'):\n"
        "    try:\n"
        "        open(name, 'rb')\n"
        "        print('read', name)\n"
        "    except OSError:\n"
        "        pass\n"
        "for name in ('/usr/soak', '/etc/soak', '/soak'):\n"
        "    try:\n"
        "        open(name, 'w')\n"
        "        print('wrote', name)\n"
        "    except OSError:\n"
        "        pass\n"
        "print('done')",
        output="done\n",
    ),
    Program(
        "sockets to others",
        2,
        "import socket\n"
        "for family, address in ((2, ('127.0.0.1', PORT)), (2, ('169.254.169.254', 80)), (10, ('::1', PORT))):\n"
        "    try:\n"
        "        with socket.socket(family) as s:\n"
        "            s.settimeout(1)\n"
        "            s.connect(address)\n"
        "            print('reached', address)\n"
        "    except OSError:\n"
        "        pass\n"
        "print('done')",
        output="done\n",
    ),
)
