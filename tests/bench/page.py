#!/usr/bin/env python3
"""The page that make bench ends with: what is wanted, what was measured in this run, least and greatest, and whether it is reached.

Each program of the bench adds lines as it goes: page.py start | add WHAT WORD WANTED MIDDLE [LEAST GREATEST] | show.
WORD is `most` or `least`: whether WANTED is the most or the least that MIDDLE may be."""
import os, sys

FILE = "build/bench/page.tsv"


def add(what, word, wanted, middle, least=None, greatest=None):
    with open(FILE, "a") as out:
        out.write("\t".join(str(x) for x in (what, word, wanted, middle, "" if least is None else least, "" if greatest is None else greatest)) + "\n")


def figure(text):
    n = float(text)
    return "%.3g M" % (n / 1e6) if n >= 1e5 else "%.0f" % n if n >= 100 else "%.3g" % n


def show():
    print("%-52s %9s   %-20s %-14s %s" % ("what", "measured", "least to greatest", "wanted", "reached"))
    for line in open(FILE):
        what, word, wanted, middle, least, greatest = line.rstrip("\n").split("\t")
        met = float(middle) <= float(wanted) if word == "most" else float(middle) >= float(wanted)
        span = "%s to %s" % (figure(least), figure(greatest)) if least else ""
        print("%-52s %9s   %-20s at %-11s %s" % (what, figure(middle), span, word + " " + figure(wanted), "yes" if met else "NO"))


if __name__ == "__main__":
    if sys.argv[1] == "start":
        os.makedirs(os.path.dirname(FILE), exist_ok=True)
        open(FILE, "w").close()
    elif sys.argv[1] == "add":
        add(*sys.argv[2:])
    else:
        show()
