# reason: timeout
# timeout: 1
sum(range(10**12))
