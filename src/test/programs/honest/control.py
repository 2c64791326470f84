# reason: completed
# stdout: 4950
print(sum(range(100)))
