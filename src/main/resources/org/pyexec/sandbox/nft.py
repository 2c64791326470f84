"""nft(8), as programs with network need it: rules go in while the child has the rights to load them."""

from __future__ import annotations

import shutil
import subprocess

from . import syscalls

NAME = "nft"
SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def command() -> str:
    return shutil.which(NAME, path=SEARCH_PATH) or NAME


def load(rules: str) -> None:
    """Into the network namespace of the calling process; raises OSError with nft's own words."""
    syscalls.keep_over_exec(syscalls.CAP_NET_ADMIN)
    done = subprocess.run([command(), "-f", "-"], input=rules.encode(), capture_output=True, check=False)
    if done.returncode != 0:
        raise OSError(f"nft refused the rules: {done.stderr.decode('utf-8', 'replace').strip()[:200]}")
