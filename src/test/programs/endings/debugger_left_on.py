# reason: completed
# stdout-has: (Pdb)
# The debugger is left at the end of its input: no frame of the server's comes into its hands.
import io
import pdb
import sys

debugger = pdb.Pdb(stdin=io.StringIO("n\nn\nn\nn\nn\nn\n"), stdout=sys.stdout)
debugger.set_trace()
x = 1
