"""nft(8), where it is and under which name."""

from __future__ import annotations

import shutil

NAME = "nft"
SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def command() -> str:
    return shutil.which(NAME, path=SEARCH_PATH) or NAME
