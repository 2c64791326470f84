# reason: completed
# stdout: 300
import os

for number in range(300):
    with open(f"hole-{number}", "wb") as file:
        file.truncate(60 << 20)
print(len(os.listdir(".")) - 1)
