# reason: error
# details-has: EOFError
input()
