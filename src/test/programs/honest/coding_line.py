# -*- coding: latin-1 -*-
# reason: error
# stdout: 1 é
# stderr-has: {}["é"]
# details-has: KeyError: 'é'
import inspect


def text():
    return "é"


assert "é" in inspect.getsource(text)
print(len("é"), text())
{}["é"]
