# reason: completed
# stdout: ok
# files: unclosed.txt
file = open("unclosed.txt", "w")
file.write("x" * 100)
print("ok")
