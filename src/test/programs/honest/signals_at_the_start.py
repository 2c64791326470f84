# reason: completed
# stdout: SIGPIPE SIGXFSZ default_int_handler
import signal

ignored = [number for number in signal.valid_signals() if signal.getsignal(number) is signal.SIG_IGN]
print(*[signal.Signals(number).name for number in sorted(ignored)], signal.getsignal(signal.SIGINT).__name__)
