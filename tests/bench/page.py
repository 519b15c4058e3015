#!/usr/bin/env python3
"""The page that make bench ends with: what is wanted, what was measured in this run, least and greatest, and whether it is reached.

Each program of the bench adds lines as it goes: page.py start | pairs WHAT WORD WANTED FILE | show. WORD is `most` or `least`: whether
WANTED is the most or the least that the median may be. A line of FILE is two figures, of which the ratio is meant. Where what is wanted
lies within what the median may be as well, seeing how much single measurements differ, the page says that it cannot be told."""
import math, os, statistics, sys

FILE = "build/bench/page.tsv"


def around(values):
    """Between what the median lies in 95 of 100 cases, however the values are spread (in 94 with five, in fewer with fewer)."""
    at, n, k = sorted(values), len(values), 0
    while 2 * sum(math.comb(n, i) for i in range(k + 2)) <= 0.05 * 2 ** n:
        k += 1
    return at[k], at[n - 1 - k]


def add(what, word, wanted, values):
    """values: all that was measured, or one figure that does not differ from run to run."""
    values = values if isinstance(values, list) else [values]
    with open(FILE, "a") as out:
        out.write("\t".join(str(x) for x in (what, word, wanted, statistics.median(values), min(values), max(values), *around(values))) + "\n")


def add_pairs(what, word, wanted, file):
    with open(file) as pairs:
        add(what, word, wanted, [float(a) / float(b) for a, b in map(str.split, pairs)])


def figure(text):
    n = float(text)
    return "%.3g M" % (n / 1e6) if n >= 1e5 else "%.0f" % n if n >= 100 else "%.3g" % n


def reached(word, wanted, ends):
    met = [float(x) <= float(wanted) if word == "most" else float(x) >= float(wanted) for x in ends]
    return "yes" if all(met) else "cannot be told" if any(met) else "NO"


def show():
    print("%-52s %9s   %-20s %-14s %s" % ("what", "measured", "least to greatest", "wanted", "reached"))
    for line in open(FILE):
        what, word, wanted, middle, least, greatest, *ends = line.rstrip("\n").split("\t")
        span = "%s to %s" % (figure(least), figure(greatest)) if least != greatest else ""
        print("%-52s %9s   %-20s at %-11s %s" % (what, figure(middle), span, word + " " + figure(wanted), reached(word, wanted, ends)))


if __name__ == "__main__":
    if sys.argv[1] == "start":
        os.makedirs(os.path.dirname(FILE), exist_ok=True)
        open(FILE, "w").close()
    elif sys.argv[1] == "pairs":
        add_pairs(*sys.argv[2:])
    else:
        show()
