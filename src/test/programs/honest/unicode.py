# reason: completed
# stdout: ä世🌍 utf-8 utf-8
import locale
import sys

print("ä世🌍", sys.stdout.encoding, locale.getpreferredencoding().lower())
