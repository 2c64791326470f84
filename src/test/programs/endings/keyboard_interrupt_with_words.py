# reason: killed
# signal: SIGINT
# details-has: KeyboardInterrupt: stop
raise KeyboardInterrupt("stop")
