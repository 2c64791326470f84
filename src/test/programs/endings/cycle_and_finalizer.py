# reason: completed
# stdout: finalized
class Last:
    def __del__(self):
        print("finalized")


cycle = [Last()]
cycle.append(cycle)
