# reason: error
# exit: 1
# details-has: Nasty
class Nasty(Exception):
    def __str__(self):
        raise RuntimeError("no text for you")


raise Nasty
