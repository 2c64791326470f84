# reason: error
# stderr-has: MemoryError
eval("-" * 100000 + "1")
