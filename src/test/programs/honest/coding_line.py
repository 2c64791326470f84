# -*- coding: latin-1 -*-
# reason: error
# stdout: 1 é é
# stderr-has: {}["é"]
# details-has: KeyError: 'é'
import inspect
import linecache


def text():
    return "é"


assert "é" in inspect.getsource(text)
print(len("é"), text(), linecache.getline(__file__, 11).strip()[8:-1])
{}["é"]
