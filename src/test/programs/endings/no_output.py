# reason: completed
# exit: 0
x = 1
