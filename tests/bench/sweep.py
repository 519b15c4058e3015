#!/usr/bin/env python3
"""Sweeps, rules and loops, by processor time, in turn with peers in the same run: usage: sweep.py [medium|large] (SHARED, ENTENTE,
RUNS as in run.sh).

The peers look at the clock inside of their process, and so does this: each run is a session (`entente repl`) that is asked one
thing after another, and what it has used is read from the clock of its processor time whenever it has answered and waits.

Before their clock starts the peers have read the world and worked out the report on it as it is, and with it who supplies what and
what is covered while nobody is missing. Ours has been asked for the same report, and for nothing beyond it; what it finds out for that, as
who supplies what, it remembers like they do. "The first" is what comes next, as it is in the peers' `sweep=`: what else has to be found out for it, all worlds, and the
line, which must be the peers' to the letter; ours also makes the list of worlds, which the peers count through, and gives
memory back. "One more" is one of many that follow in the same process."""
import os, re, shutil, statistics, subprocess, sys, time

sys.dont_write_bytecode = True
import page

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))
shared = os.path.join(os.environ.get("SHARED", os.path.join(root, "..", "shared")), "bench")
entente = os.path.abspath(os.environ.get("ENTENTE", os.path.join(root, "build/entente")))
runs = int(os.environ.get("RUNS", "9"))
out = os.path.join(root, "build/bench")
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
limits = ["--max-memory", "8G", "--max-file", "200M", "--max-steps", "1000000000000"]


class Session:
    """A process that answers one expression after another."""
    def __init__(self, draft, *how):
        self.process = subprocess.Popen([entente, "repl", *limits, *how, draft], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        env=dict(os.environ, ENTENTE_RC=""))
        os.set_blocking(self.process.stdout.fileno(), False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def waits(self):
        with open("/proc/%d/stat" % self.process.pid) as f:
            return f.read().rsplit(")", 1)[1].split()[0] in "SZ"

    def used(self):
        return time.clock_gettime((~self.process.pid << 3) | 2)   # what clock_getcpuclockid(3) gives for another process

    def ask(self, expression):
        """Seconds of processor time until it has answered and waits for more, and the answer."""
        before, said = self.used(), b""
        self.process.stdin.write(expression.encode() + b"\n")
        self.process.stdin.flush()
        while not said or not self.waits():
            time.sleep(0.0005)
            said += self.process.stdout.read() or b""
            if self.process.poll() is not None:
                sys.exit("bench: the session ended: " + said.decode())
        took = self.used() - before
        said = (said + (self.process.stdout.read() or b"")).decode()
        if said.startswith("error"):
            sys.exit("bench: " + said)
        return took, said


def many(expression, numbers):
    return "len([%s for _i in %s])" % (expression, numbers)


def said_by(*command):
    """What a peer prints, and then what it says of itself."""
    got = subprocess.run(command, capture_output=True, text=True, check=True)
    return got.stdout + got.stderr


def number(pattern, text):
    return float(re.search(pattern, text).group(1))


def in_turn(ours, peers, rounds=runs):
    """What each measured, round by round: every one once in each."""
    got = [(ours(), {name: peer() for name, peer in peers.items()}) for _ in range(rounds)]
    return [one for one, _ in got], {name: [theirs[name] for _, theirs in got] for name in peers}


def told(values):
    return "%s (%s to %s)" % tuple(page.figure(x) for x in (statistics.median(values), min(values), max(values)))


def sweep_peers(world, line):
    """Seconds of each peer's sweep. C without a language is no peer; it says how fast the machine is at the time."""
    def measured(*command):
        text = said_by(*command)
        line.append(re.search(r"^n2 .*$", text, re.M).group(0))
        return number(r"sweep=([\d.]+)", text)
    peers = {}
    for peer, script, form in (("lua5.4", "lua", "lua"), ("luajit", "lua", "lua"), ("node", "js", "json")):
        if shutil.which(peer):
            peers[peer] = lambda peer=peer, script=script, form=form: measured(peer, "%s/peers/job.%s" % (shared, script), "%s/world.%s" % (world, form), "n2")
    if os.access(out + "/job", os.X_OK):
        peers["C"] = lambda: measured(out + "/job", world + "/world.txt", "n2")
    return peers


def sweeps(size):
    world = os.path.join(out, size)
    if not os.path.exists(world + "/world.ent"):
        subprocess.run([sys.executable, shared + "/gen.py", out, size], check=True, stdout=subprocess.DEVNULL)
    shutil.copy(here + "/job.ent", world)
    sweep, lines = 'sweep("n2", [{some[a], some[b]} for a in 1..len(some) for b in a + 1..len(some)])', []

    def ours():
        with Session(world + "/job.ent") as s:
            s.ask("check_report")
            first, line = s.ask("n2")
            lines.append(line.strip())
            return first, s.ask(many(sweep, "1..60"))[0] / 60
    seconds, peers = in_turn(ours, sweep_peers(world, lines))
    if len(set(lines)) != 1:
        sys.exit("bench: the sweeps do not agree: %s" % set(lines))
    rate, times = (10e6, 6) if size == "medium" else (0.5e6, 5)
    best = min((name for name in peers if name != "C"), key=lambda name: statistics.median(peers[name]), default=None)
    for what, took in (("one more", [more for _, more in seconds]), ("the first", [first for first, _ in seconds])):
        said, rates = "N-2 on %s, %s" % (size, what), [19900 / t for t in took]
        ratio = {name: [t / own for t, own in zip(theirs, took)] for name, theirs in peers.items()}
        print("%s: scenarios a second %s" % (said, told(rates)), *("times %s %s" % (name, told(r)) for name, r in ratio.items()), sep="   ", flush=True)
        page.add(said + ", worlds a second", "least", rate, rates)
        if best:
            page.add("the same, times " + best, "least", times, ratio[best])
    return world


def repeated(draft, expression, times, peers, *how):
    """Of ours and each peer, round by round, the seconds of one repetition more."""
    def ours():
        with Session(draft, *how) as s:
            s.ask(many(expression, "1..1"))
            return s.ask(many(expression, "2..%d" % (times + 1)))[0] / times
    return in_turn(ours, peers)


def rules(world):
    draft = os.path.join(out, "rules.ent")
    with open(draft, "w") as f:
        subprocess.run(["awk", "-f", here + "/micro/rules.awk", world + "/world.txt"], stdout=f, check=True)
    peers = {lua: lambda lua=lua: number(r"closure ([\d.]+)", said_by(lua, shared + "/micro/rules.lua", world + "/world.lua")) for lua in ("luajit", "lua5.4") if shutil.which(lua)}
    for name, how, wanted in (("in columns", "auto", 12), ("row by row", "never", 25)):
        seconds, theirs = repeated(draft, "count(fits(d) for d in deals)", 60, peers, "--columns", how)
        ns = [s / 20000 * 1e9 for s in seconds]
        print("a rule of five conditions %s, ns: %s" % (name, told(ns)), *("%s %s" % (lua, told(t)) for lua, t in theirs.items()), sep="   ", flush=True)
        page.add("a rule of five conditions %s, ns" % name, "most", wanted, ns)
        if "luajit" in theirs and name == "in columns":
            page.add("the same, of LuaJIT's time", "most", 1, [own / lua for own, lua in zip(ns, theirs["luajit"])])


def micro():
    ours = {"loop": ("loop(_i)", 1, 0.8), "filter": ("pass(_i)", 3, 0.3), "str": ("texts(_i)", 1, 0.5), "map": ("lookups(_i)", 1, 0.5)}
    for name, (expression, times, wanted) in ours.items():
        lua = {"lua5.4": lambda name=name: number(r"%s ([\d.]+)" % name, said_by("lua5.4", shared + "/micro/micro.lua", name))}
        seconds, theirs = repeated(here + "/micro/micro.ent", expression, 3, lua)
        ratio = [own * times / peer for own, peer in zip(seconds, theirs["lua5.4"])]
        print("%-7s of Lua 5.4's time: %s" % (name, told(ratio)), flush=True)
        page.add("%s, of Lua 5.4's time" % name, "most", wanted, ratio)


if __name__ == "__main__":
    size = sys.argv[1] if len(sys.argv) > 1 else "medium"
    world = sweeps(size)
    if size == "medium":
        rules(world)
        micro()
