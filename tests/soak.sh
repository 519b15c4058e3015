#!/usr/bin/env bash
# What takes too long for every run: `make soak`, some minutes. More of the same tests, over more drafts and seeds, with
# the plain build and, where `make asan GOAL='all build/asan/tests/fault'` has made one, with the sanitizers.
# SEED: where the drafts made by chance begin (the day's date, so that each day looks elsewhere; it is printed). RUNS: how
# many are spoilt; for remembered answers a hundredth, each asked many questions; for the second evaluator twenty times as many.
# FUZZ_SECONDS: how long each fuzzing target runs (300), where clang is.
set -u
cd "$(dirname "$0")/.." || exit 1
B=${B:-build} SEED=${SEED:-$(date +%Y%m%d)} RUNS=${RUNS:-20000} failed=0
echo "# SEED=$SEED RUNS=$RUNS"

# told NAME COMMAND...: runs it, says how it went, and shows what it said when it went wrong.
told() {
  name=$1; shift
  if out=$("$@" 2>&1); then echo "ok - $name"; else failed=1; echo "not ok - $name"; sed 's/^/#   /' <<<"$out" | tail -n 40; fi
}

# Every limit on memory, in steps of 2.5 %, ends in a verdict or in a message that memory ran out.
memory() {
  local program=$1 draft=$2 n=1000 code wrong=0 out
  while [ "$n" -lt 16000000 ]; do
    out=$("$program" check --max-memory "$n" "$draft" 2>&1); code=$?
    case $code in
      0|1|3) ;;
      2) grep -q E0505 <<<"$out" || { echo "--max-memory $n: exit 2 for another reason"; wrong=1; } ;;
      *) echo "--max-memory $n: exit $code"; wrong=1 ;;
    esac
    n=$((n + n / 40))
  done
  return $wrong
}

# Ten times as many declarations take at most fifteen times as long, in processor time.
growth() {
  local small large
  seconds() {
    perl -e 'print "kind thing \"T\" { weight: number }\ntable price (t: thing): number\n";
             print "thing t$_ \"T\" { weight: $_ }\nfact price(t$_) = $_\n" for 1 .. $ARGV[0] / 2;
             print "check c { require price(t7) == 7 }\n"' "$2" >"$B/growth.ent"
    # The best of five: other work on the machine only adds.
    perl -e 'open STDOUT, ">", "/dev/null"; my $best; for (1 .. 5) { my @a = times; system(@ARGV) == 0 or exit 1; my @b = times; my $t = $b[2] + $b[3] - $a[2] - $a[3];
             $best = $t if !defined $best || $t < $best } printf STDERR "%.3f", $best' "$1" check --max-file 1G "$B/growth.ent" 2>&1 >/dev/null
  }
  small=$(seconds "$1" 100000) && large=$(seconds "$1" 1000000) || return 1
  rm -f "$B/growth.ent"
  echo "100,000 declarations: $small s; 1,000,000: $large s"
  perl -e 'exit !($ARGV[1] <= 15 * $ARGV[0])' "$small" "$large"
}
told "a draft ten times as long takes at most fifteen times as long" growth "$B/entente"

for b in "$B" build/asan; do
  [ -x "$b/entente" ] || continue
  for draft in tests/hostile/rich.ent examples/*/*.ent; do
    told "$b: $draft within any memory" memory "$b/entente" "$draft"
  done
  told "$b: spoilt drafts" env ENTENTE="$b/entente" HOSTILE_RUNS="$RUNS" HOSTILE_SEED="$SEED" prove tests/hostile.t :: spoilt
  for part in rules worlds checks columns together sweeps jobs; do
    told "$b: remembered answers, $part" env B="$b" ENTENTE="$b/entente" CACHES_RUNS="$(((RUNS + 99) / 100))" CACHES_SEED="$SEED" prove tests/caches.t :: "$part"
  done
  [ -x "$b/tests/fault" ] || continue
  for draft in examples/*/*.ent; do
    told "$b: $draft, each allocation refused" env FAULT_DRAFT="$draft" FAULT_STRIDE=3 "$b/tests/fault"
  done
done
told "the language, with the machine's plain switch" env ENTENTE="$B/plain" prove tests/lang.t tests/lang-tests.t tests/spec.t tests/examples.t
[ -x "$B/tests/differ" ] && told "the second evaluator" "$B/tests/differ" "$SEED" "$((RUNS * 20))"
command -v clang >/dev/null && told "fuzzing" env FUZZ_SECONDS="${FUZZ_SECONDS:-300}" make fuzz
exit $failed
