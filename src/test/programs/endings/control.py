# reason: completed
# exit: 0
# stdout: hello
print("hello")
