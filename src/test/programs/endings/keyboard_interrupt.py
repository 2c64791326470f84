# reason: killed
# signal: SIGINT
# stderr-has: KeyboardInterrupt
raise KeyboardInterrupt
