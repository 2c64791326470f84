# reason: timeout
# timeout: 1.5
# details-has: Execution timed out after 1.5 seconds
while True:
    pass
