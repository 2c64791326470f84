# reason: timeout
# timeout: 3
# Whoever counts or reads them finds them somewhere else.
import os

for number in range(1500):
    os.makedirs(f"tree/{number % 40}/{number}")
while True:
    for number in range(40):
        os.rename(f"tree/{number}", f"tree/z{number}")
    for number in range(40):
        os.rename(f"tree/z{number}", f"tree/{number}")
