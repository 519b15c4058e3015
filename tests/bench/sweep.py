#!/usr/bin/env python3
"""Sweeps, rules and loops, by processor time, in turn with peers in the same run. What is wanted is the time of one more
repetition, so that start-up and loading do not count; of sweeps also that of the first, with what it finds out about the
draft, as the peers do in theirs: usage: sweep.py [medium|large] (SHARED, ENTENTE, RUNS as in run.sh)"""
import os, re, resource, shutil, statistics, subprocess, sys

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))
shared = os.path.join(os.environ.get("SHARED", os.path.join(root, "..", "shared")), "bench")
entente = os.path.abspath(os.environ.get("ENTENTE", os.path.join(root, "build/entente")))
runs = int(os.environ.get("RUNS", "3"))
out = os.path.join(root, "build/bench")
limits = ["--max-memory", "8G", "--max-file", "200M", "--max-steps", "1000000000000"]


def spent(*command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    got = subprocess.run(command, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, got.stdout + got.stderr


def repetition(draft, expression, times, before="0"):
    """Seconds of one repetition more, and of the first beyond what comes before it: medians of runs in turn."""
    def once(what):
        return spent(entente, "eval", *limits, draft, what)[0]
    got = [(once(before), once("len([%s for _i in 1..1])" % expression), once("len([%s for _i in 1..%d])" % (expression, 1 + times))) for _ in range(runs)]
    return statistics.median((many - one) / times for _, one, many in got), statistics.median(one - none for none, one, _ in got)


def number(pattern, text):
    return float(re.search(pattern, text).group(1))


def sweeps(size):
    world = os.path.join(out, size)
    if not os.path.exists(world + "/world.ent"):
        subprocess.run([sys.executable, shared + "/gen.py", out, size], check=True, stdout=subprocess.DEVNULL)
    shutil.copy(here + "/job.ent", world)
    pairs = "[{some[a], some[b]} for a in 1..len(some) for b in a + 1..len(some)]"
    ours = repetition(world + "/job.ent", 'sweep("n2", %s)' % pairs, 60, "covered_now + sum(size(l) for l in layers where met(l))")
    peers = {}
    for peer, form in (("lua5.4", "lua"), ("luajit", "lua"), ("node", "js")):
        if shutil.which(peer):
            file = world + "/world." + ("json" if form == "js" else form)
            peers[peer] = min(number(r"sweep=([\d.]+)", spent(peer, shared + "/peers/job." + form, file, "n2")[1]) for _ in range(runs))
    for what, seconds in zip(("one more", "the first"), ours):
        print("N-2 on %s, %s: %9.0f scenarios a second" % (size, what, 19900 / max(seconds, 1e-6)), *("%.1f times %s" % (t / seconds, p) for p, t in peers.items()), sep="   ")
    return world


def rules(world):
    draft = os.path.join(out, "rules.ent")
    with open(draft, "w") as f:
        subprocess.run(["awk", "-f", here + "/micro/rules.awk", world + "/world.txt"], stdout=f, check=True)
    for name, how in (("in columns", []), ("row by row", ["--columns", "never"])):
        limits.extend(how)
        print("a rule of five conditions %s: %.1f ns" % (name, repetition(draft, "count(fits(d) for d in deals)", 20)[0] / 20000 * 1e9), end="   ")
    del limits[-2:]
    for lua in ("luajit", "lua5.4"):
        if shutil.which(lua):
            print("%s %.1f" % (lua, min(number(r"closure ([\d.]+)", spent(lua, shared + "/micro/rules.lua", world + "/world.lua")[1]) for _ in range(runs))), end="   ")
    print()


def micro():
    ours = {"loop": ("loop(_i)", 1), "filter": ("pass(_i)", 3), "str": ("texts(_i)", 1), "map": ("lookups(_i)", 1)}
    for name, (expression, times) in ours.items():
        lua = min(number(r"%s ([\d.]+)" % name, spent("lua5.4", shared + "/micro/micro.lua", name)[1]) for _ in range(runs))
        print("%-7s %.2f of Lua 5.4" % (name, repetition(here + "/micro/micro.ent", expression, 3)[0] * times / lua))


if __name__ == "__main__":
    size = sys.argv[1] if len(sys.argv) > 1 else "medium"
    world = sweeps(size)
    if size == "medium":
        rules(world)
        micro()
