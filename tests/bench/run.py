#!/usr/bin/env python3
"""make bench: the measured job in Entente and in its peers, as whole processes: start-up, library, loading and checking.

All take turns, pinned to one core; what is printed are ratios of processor time to the C program in the same round. Their answers
must be the same.
The job, its worlds and the peers come from the benchmark folder beside the project (SHARED=... names another).
SIZES="small medium large", RUNS=5 rounds (of the small worlds more), ENTENTE=another program, PART="job startup growth" may be given."""
import importlib.util, math, os, shutil, statistics, subprocess, sys

sys.dont_write_bytecode = True
import page

SHARED = os.path.join(os.environ.get("SHARED", "../shared"), "bench")
BIN = os.environ.get("ENTENTE", "build/entente")
SIZES = os.environ.get("SIZES", "small medium large").split()
PARTS = os.environ.get("PART", "job startup growth").split()
RUNS = int(os.environ.get("RUNS", "5"))
OUT = "build/bench"
LIMITS = ["--max-file", "400M", "--max-memory", "8G"]
CORE = min(os.sched_getaffinity(0))


def stop(why):
    sys.exit("bench: " + why)


def run(args, out=None):
    """Seconds, peak MB and code of one process; its output goes to `out`, or nowhere."""
    took, kb, code = subprocess.run([OUT + "/one", out or os.devnull, *args], stdout=subprocess.PIPE, check=True).stdout.split()
    return int(took) / 1e9, int(kb) / 1024, int(code)


def turns(programs, runs, check=True):
    """{name: [(seconds, MB)]}, everyone once a round. With check their outputs must be the same bytes."""
    got, said = {name: [] for name in programs}, {}
    for turn in range(runs):
        for name, args in programs.items():
            out = OUT + "/said" if check and not turn else None
            took, mb, code = run(args, out)
            if code not in (0, 1):
                stop("'%s' ended with %d" % (" ".join(args), code))
            got[name].append((took, mb))
            if out:
                said[name] = open(out).read()
    for name, text in said.items():
        if text != said[next(iter(said))]:
            stop("%s and %s do not agree:\n%s%s" % (next(iter(said)), name, said[next(iter(said))], text))
    return got


def table(title, got, base):
    """Prints it, and gives for each name the ratios by round, and the median of peak MB."""
    said = {}
    print("%-36s %9s   %-22s %8s" % (title, "times", "least to greatest", "peak MB"))
    for name, times in got.items():
        ratio = [t / b for (t, _), (b, _) in zip(times, got[base])]
        said[name] = (ratio, statistics.median(m for _, m in times))
        print("  %-34s %9.2f   %8.2f to %-10.2f %8.1f" % (name, statistics.median(ratio), min(ratio), max(ratio), said[name][1]))
    print("", flush=True)
    return said


def below_peers(title, said):
    """A line of the page: Entente as a part of the fastest peer, C not counted."""
    peers = {name: times for name, times in said.items() if name not in ("C without a language", "Entente")}
    if peers:
        best = min(peers, key=lambda name: statistics.median(peers[name][0]))
        page.add("%s, of %s's time" % (title, best), "most", 1, [a / b for a, b in zip(said["Entente"][0], peers[best][0])])


def generator():
    spec = importlib.util.spec_from_file_location("gen", SHARED + "/gen.py")
    gen = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(gen)
    return gen


def worlds():
    gen = generator()
    for size in SIZES:
        if not os.path.exists("%s/%s/world.ent" % (OUT, size)):
            gen.write(gen.make(size), "%s/%s" % (OUT, size))
        shutil.copy("tests/bench/job.ent", "%s/%s/job.ent" % (OUT, size))


def compiled(name, source, flags):
    to = "%s/%s" % (OUT, name)
    if not os.path.exists(to) or os.path.getmtime(to) < os.path.getmtime(source):
        if subprocess.call(["gcc", "-w", *flags, "-o", to, source]):
            stop(source + " does not compile")
    return to


def job_c():
    return compiled("job", SHARED + "/peers/job.c", ["-O3", "-march=native"])


def peers(size, what):
    """C first: the others are measured by it. Lua and LuaJIT read their own language or the plain text: the faster of the two."""
    at = "%s/%s/world" % (OUT, size)
    all_ = {"C without a language": [job_c(), at + ".txt", what], "Entente": [BIN, "eval", *LIMITS, "%s/%s/job.ent" % (OUT, size), what + "_report"]}
    for name, tool, script, form in (("LuaJIT", "luajit", "job.lua", ".txt"), ("LuaJIT, from Lua", "luajit", "job.lua", ".lua"), ("Lua 5.4", "lua5.4", "job.lua", ".txt"),
                                     ("Lua 5.4, from Lua", "lua5.4", "job.lua", ".lua"), ("Node", "node", "job.js", ".json")):
        if shutil.which(tool):
            all_[name] = [tool, "%s/peers/%s" % (SHARED, script), at + form, what]
        elif tool not in MISSING:
            MISSING.append(tool)
    return all_


def rounds(size):
    """What takes a millisecond is run more often, since a millisecond is easily disturbed."""
    return max(31, RUNS) if size == "small" else max(11, RUNS) if size == "medium" else RUNS


def job():
    for size in SIZES:
        got = turns(peers(size, "check"), rounds(size))
        for name in ("LuaJIT", "Lua 5.4"):
            other = got.pop(name + ", from Lua", None)
            if other and statistics.median(other) < statistics.median(got[name]):
                got[name] = other
        said = table("start, load and check, " + size, got, "C without a language")
        page.add("start, load and check, %s, times C" % size, "most", 2 if size == "small" else 5, said["Entente"][0])
        below_peers("start, load and check, " + size, said)
        if size == "large":
            page.add("its peak, MB", "most", 200, said["Entente"][1])
        loads = {"C without a language": [job_c(), "%s/%s/world.txt" % (OUT, size), "load"], "Entente": [BIN, "eval", *LIMITS, "%s/%s/world.ent" % (OUT, size), "1"]}
        table("start and load, " + size, turns(loads, rounds(size), False), "C without a language")
    if "small" in SIZES:
        for what in ("n1", "n2"):
            said = table("and all again, %s, small" % what, turns(peers("small", what), rounds("small")), "C without a language")
            below_peers("the same and %s, small" % what, said)


def startup():
    open(OUT + "/empty.ent", "w").close()
    programs = {"lua5.4 -e ''": ["lua5.4", "-e", "x=1"], "Entente, an empty draft": [BIN, "eval", OUT + "/empty.ent", "1"]}
    if shutil.which("luajit"):
        programs["luajit -e ''"] = ["luajit", "-e", "x=1"]
    said = table("start alone", turns(programs, max(41, RUNS), False), "lua5.4 -e ''")
    page.add("start of an empty draft, of lua5.4 -e ''", "most", 1, said["Entente, an empty draft"][0])


def slope(points):
    x, y = [math.log(a) for a, _ in points], [math.log(b) for _, b in points]
    mx, my = statistics.fmean(x), statistics.fmean(y)
    return sum((a - mx) * (b - my) for a, b in zip(x, y)) / sum((a - mx) ** 2 for a in x)


def grown(power):
    """A world of 10^power clauses, and as many resources for each as there are in the large one."""
    gen, n, at = generator(), 10 ** power, "%s/e%d" % (OUT, power)
    r = max(40, n // 50)
    gen.SIZES[at] = (200, r, r * 5 // 2, r * 4, n, 1000 + power)
    if not os.path.exists(at + "/world.ent"):
        gen.write(gen.make(at), at)
        for other in os.listdir(at):
            if other != "world.ent":
                os.remove(at + "/" + other)
    return at + "/world.ent"


def growth_of(title, args, ends, runs):
    """From a thousand clauses to a million. What an empty draft costs is taken off."""
    nothing = [run([BIN, "eval", OUT + "/empty.ent", "1"]) for _ in range(max(21, RUNS))]
    start, base = statistics.median(t for t, _, _ in nothing), statistics.median(m for _, m, _ in nothing)
    rows = []
    print("%-36s %12s %12s %16s" % ("growth, " + title, "ns a clause", "bytes", "beside the text"))
    for power in (3, 4, 5, 6):
        n, world = 10 ** power, grown(power)
        got = [run([BIN, *args(world)]) for _ in range(runs(power))]
        if any(code not in ends for _, _, code in got):
            stop("%s: %s ended with %s" % (title, world, sorted({code for _, _, code in got})))
        took, mb = statistics.median(t for t, _, _ in got) - start, statistics.median(m for _, m, _ in got) - base
        rows.append((n, os.path.getsize(world), took, mb))
        print("  %-34s %12.0f %12.0f %16.0f" % ("{:,} clauses".format(n), took / n * 1e9, mb * 2 ** 20 / n, (mb * 2 ** 20 - rows[-1][1]) / n), flush=True)
    t, m = slope([(n, max(took, 1e-6)) for n, _, took, _ in rows[1:]]), slope([(n, max(mb, 0.1)) for n, _, _, mb in rows[1:]])
    print("  fitted from 10,000: time as n^%.2f, memory as n^%.2f; the last step of ten cost %.2f times as much a clause" % (t, m, rows[-1][2] / rows[-2][2] / 10))
    print("", flush=True)
    for what, at in (("time", 2), ("memory", 3)):
        page.add("%s: %s a clause, 10^6 of 10^5" % (title, what), "most", 1.2, rows[-1][at] / rows[-2][at] / 10)


def growth():
    growth_of("loading", lambda world: ["eval", *LIMITS, world, "1"], (0,), lambda power: max(RUNS, 21 if power < 5 else RUNS))
    # It declares no check, so the verdict is that nothing was judged; what is worked out is its coverage, year by year.
    growth_of("checking, with the matrix", lambda world: ["check", *LIMITS, world], (3,), lambda power: min(RUNS, 3) if power > 5 else RUNS)


MISSING = []
os.makedirs(OUT, exist_ok=True)
if not os.path.isdir(SHARED):
    stop("not measured: there is no folder " + SHARED)
for tool in ("gcc", "lua5.4"):
    if not shutil.which(tool):
        stop("not measured, missing: " + tool)
compiled("one", "tests/bench/one.c", ["-O2"])
os.sched_setaffinity(0, {CORE})
worlds()
if "job" in PARTS:
    job()
if "startup" in PARTS:
    startup()
if "growth" in PARTS:
    growth()
if MISSING:
    print("Not measured, since these are not installed: " + ", ".join(MISSING))
