# reason: error
# stderr-has: MemoryError: of its own
raise MemoryError("of its own")
