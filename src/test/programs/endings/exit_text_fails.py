# reason: error
# exit: 1
class Nasty:
    def __str__(self):
        raise RuntimeError("no text for you")


raise SystemExit(Nasty())
