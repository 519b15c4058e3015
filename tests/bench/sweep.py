#!/usr/bin/env python3
"""Sweeps, rules and loops, by processor time, in turn with peers in the same run. What is wanted is the time of one more
repetition, so that start-up and loading do not count; of sweeps also that of the first, with what it finds out about the
draft, as the peers do in theirs: usage: sweep.py [medium|large] (SHARED, ENTENTE, RUNS as in run.sh)"""
import os, re, resource, shutil, statistics, subprocess, sys

sys.dont_write_bytecode = True
import page

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))
shared = os.path.join(os.environ.get("SHARED", os.path.join(root, "..", "shared")), "bench")
entente = os.path.abspath(os.environ.get("ENTENTE", os.path.join(root, "build/entente")))
runs = int(os.environ.get("RUNS", "5"))
out = os.path.join(root, "build/bench")
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
limits = ["--max-memory", "8G", "--max-file", "200M", "--max-steps", "1000000000000"]


def spent(*command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    got = subprocess.run(command, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, got.stdout + got.stderr


def repetition(draft, expression, times, before="0"):
    """Seconds of one repetition more, and of the first beyond what comes before it: of each the median, least and greatest of runs in turn."""
    def once(what):
        return spent(entente, "eval", *limits, draft, what)[0]
    got = [(once(before), once("len([%s for _i in 1..1])" % expression), once("len([%s for _i in 1..%d])" % (expression, 1 + times))) for _ in range(runs)]
    return [(statistics.median(seconds), min(seconds), max(seconds)) for seconds in ([(many - one) / times for _, one, many in got], [one - none for none, one, _ in got])]


def best(peers):
    return min(peers, key=peers.get)


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
    rate, times = (10e6, 6) if size == "medium" else (0.5e6, 5)
    for what, (middle, least, greatest) in zip(("one more", "the first"), ours):
        said = "N-2 on %s, %s" % (size, what)
        print("%s: %9.0f scenarios a second" % (said, 19900 / middle), *("%.1f times %s" % (t / middle, p) for p, t in peers.items()), sep="   ")
        page.add(said + ", worlds a second", "least", rate, 19900 / middle, 19900 / greatest, 19900 / least)
        if peers:
            page.add("the same, times " + best(peers), "least", times, peers[best(peers)] / middle)
    return world


def rules(world):
    draft = os.path.join(out, "rules.ent")
    with open(draft, "w") as f:
        subprocess.run(["awk", "-f", here + "/micro/rules.awk", world + "/world.txt"], stdout=f, check=True)
    peers = {}
    for lua in ("luajit", "lua5.4"):
        if shutil.which(lua):
            peers[lua] = min(number(r"closure ([\d.]+)", spent(lua, shared + "/micro/rules.lua", world + "/world.lua")[1]) for _ in range(runs))
    for name, how, wanted in (("in columns", [], 12), ("row by row", ["--columns", "never"], 25)):
        limits.extend(how)
        ns = [seconds / 20000 * 1e9 for seconds in repetition(draft, "count(fits(d) for d in deals)", 60)[0]]
        del limits[len(limits) - len(how):]
        print("a rule of five conditions %s: %.1f ns" % (name, ns[0]), *("%s %.1f" % peer for peer in peers.items()), sep="   ")
        page.add("a rule of five conditions %s, ns" % name, "most", wanted, *ns)
        if "luajit" in peers and name == "in columns":
            page.add("the same, of LuaJIT's time", "most", 1, ns[0] / peers["luajit"])


def micro():
    ours = {"loop": ("loop(_i)", 1, 0.8), "filter": ("pass(_i)", 3, 0.3), "str": ("texts(_i)", 1, 0.5), "map": ("lookups(_i)", 1, 0.5)}
    for name, (expression, times, wanted) in ours.items():
        lua = statistics.median(number(r"%s ([\d.]+)" % name, spent("lua5.4", shared + "/micro/micro.lua", name)[1]) for _ in range(runs))
        ratio = [seconds * times / lua for seconds in repetition(here + "/micro/micro.ent", expression, 3)[0]]
        print("%-7s %.2f of Lua 5.4 (%.2f to %.2f)" % (name, *ratio))
        page.add("%s, of Lua 5.4's time" % name, "most", wanted, *ratio)


if __name__ == "__main__":
    size = sys.argv[1] if len(sys.argv) > 1 else "medium"
    world = sweeps(size)
    if size == "medium":
        rules(world)
        micro()
