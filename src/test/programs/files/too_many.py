# reason: completed
# stdout: written
for i in range(150):
    open(f"f{i:03}", "w").write("x")
print("written")
