# reason: error
# details-has: RecursionError
def f():
    f()


f()
