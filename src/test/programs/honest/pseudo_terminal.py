# reason: completed
# tiers: namespaces
# stdout: True 30 100 / 12 / b'asked answered\r\n'
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

ours, theirs = pty.openpty()
fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 30, 100, 0, 0))
size = os.get_terminal_size(theirs)
termios.tcflush(theirs, termios.TCIOFLUSH)
termios.tcdrain(theirs)
attributes = termios.tcgetattr(theirs)
attributes[3] &= ~termios.ECHO
termios.tcsetattr(theirs, termios.TCSANOW, attributes)
print(os.isatty(theirs), size.lines, size.columns, end=" / ")

# A command that has it for its controlling terminal.
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.executable, [sys.executable, "-c", "import os; print(os.isatty(0) and os.tcgetpgrp(0) == os.getpid(), 2)"])
said = b""
try:
    while data := os.read(terminal, 1000):
        said += data
except OSError:
    pass  # the other side has closed
os.waitpid(pid, 0)
assert said == b"True 2\r\n", said
print("12", end=" / ")

code = "print('asked', input())"
command = subprocess.Popen([sys.executable, "-c", code], stdin=theirs, stdout=theirs)
os.write(ours, b"answered\n")
command.wait()
print(os.read(ours, 1000))
