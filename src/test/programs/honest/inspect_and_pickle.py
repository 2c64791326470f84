# reason: completed
# stdout: def f():     return 1 Point(x=1, y=2)
import dataclasses
import inspect
import pickle


def f():
    return 1


@dataclasses.dataclass
class Point:
    x: int
    y: int


assert "class Point" in inspect.getsource(Point)
print(inspect.getsource(f).replace("\n", " ").strip(), pickle.loads(pickle.dumps(Point(1, 2))))
