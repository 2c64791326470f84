# reason: error
# exit: 1
# details-has: SyntaxError: invalid syntax
x = = 1
