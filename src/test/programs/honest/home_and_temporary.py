# reason: completed
# tiers: namespaces
# stdout: user /tmp True True
import getpass
import os
import pathlib
import tempfile

with tempfile.NamedTemporaryFile() as file:
    home = pathlib.Path.home()
    (home / ".config").mkdir()
    print(getpass.getuser(), tempfile.gettempdir(), os.path.exists(file.name), home.is_dir())
