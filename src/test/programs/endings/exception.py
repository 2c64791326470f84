# reason: error
# exit: 1
# details-has:   File "main.py", line 6, in f
# stderr-has: ZeroDivisionError: division by zero
def f():
    return 1 / 0


f()
