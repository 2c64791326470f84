# reason: error
# exit: 1
# details-has: Did you mean: 'value'?
# stderr-has: Did you mean: 'value'?
value = 1
print(vaule)
