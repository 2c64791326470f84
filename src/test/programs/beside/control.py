# reason: completed
# stdout: done
print("done")
