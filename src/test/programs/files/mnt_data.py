# reason: completed
# tiers: namespaces
# files: made/deep.txt out.txt
import os

os.makedirs("/mnt/data", exist_ok=True)
with open("/mnt/data/out.txt", "w") as file:
    file.write("where other interpreters have their files\n")
os.makedirs("/mnt/data/made")
os.chdir("/mnt/data")
with open("made/deep.txt", "w") as file:
    file.write(os.getcwd())
assert "out.txt" in os.listdir(".") and os.path.samefile("/mnt/data", os.path.expanduser("~/work"))
for attempt in (lambda: os.unlink("/mnt/data"), lambda: os.mkdir("/mnt/other")):
    try:
        attempt()
        raise SystemExit("done")
    except OSError:
        pass
