# reason: completed
# tiers: namespaces
# files: sum.txt
# stdout: 1 passed 0 undefined-variable 2
import pathlib
import subprocess
import sys


def run(*arguments):
    return subprocess.run([sys.executable, "-m", *arguments], capture_output=True, text=True)


pathlib.Path("test_sum.py").write_text("def test_sum():\n    assert sum([1, 2]) == 3\n")
pathlib.Path("wrong.py").write_text("print(nothing)\n")
tested = run("pytest", "-q", "test_sum.py")
looked_at = run("pylint", "--disable=all", "--enable=undefined-variable", "wrong.py")
passed = tested.stdout.splitlines()[-1].split(" in ")[0]
print(passed, tested.returncode, "undefined-variable" if "undefined-variable" in looked_at.stdout else looked_at, looked_at.returncode)
for name in ("test_sum.py", "wrong.py"):
    pathlib.Path(name).unlink()
pathlib.Path("sum.txt").write_text("kept")
