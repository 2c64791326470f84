# reason: completed
# files: figure-01.png figure-02.png figure-03.png figure-04.png figure-05.png figure-06.png figure-07.png figure-08.png figure-09.png figure-10.png figure-11.png
import matplotlib.pyplot as plt

for number in range(11):
    plt.figure(figsize=(1, 1))
    plt.plot([number])
    if number % 2:
        plt.show(block=False)
