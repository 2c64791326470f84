# reason: completed
# stdout: 0 0 0 False []
import subprocess
import sys

flags = sys.flags
print(flags.isolated, flags.ignore_environment, flags.dont_write_bytecode, sys.dont_write_bytecode, end=" ")
print(subprocess._args_from_interpreter_flags())
