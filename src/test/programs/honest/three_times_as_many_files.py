# reason: completed
# stdout: 900
import tempfile

files = [tempfile.TemporaryFile() for _ in range(900)]
print(len(files))
