#!/usr/bin/env bash
# make bench: whole processes, start-up and library included, in turn with a peer in the same run; ratios, never seconds.
# The peer's job and its worlds come from the benchmark folder beside the project (SHARED=... names another).
set -u
cd "$(dirname "$0")/../.." || exit 1
shared=${SHARED:-../shared}/bench
bin=${ENTENTE:-build/entente}
runs=${RUNS:-41}
out=build/bench
mkdir -p "$out"

# Microseconds of one run, in $took; its output is thrown away. The demo's verdict is 1 (denied), which is no failure here.
once() {
  local from=${EPOCHREALTIME/./} code
  "$@" >/dev/null 2>&1
  code=$?
  took=$((${EPOCHREALTIME/./} - from))
  [ $code -le 1 ] || { echo "bench: '$*' ended with $code" >&2; exit 1; }
}

pin=
command -v taskset >/dev/null && pin="taskset -c 0"

# pair NAME "OURS" "PEER" [WORD WANTED]: the two in turn, then the ratio of medians, and the least and greatest ratio of
# neighbours; with WORD and WANTED also as a line of the page (see page.py).
pair() {
  local name=$1 a i took said
  : >"$out/pairs"
  for i in $(seq "$runs"); do
    # shellcheck disable=SC2086
    once $pin $2
    a=$took
    # shellcheck disable=SC2086
    once $pin $3
    echo "$a $took" >>"$out/pairs"
  done
  said=$(awk '
    { a[NR] = $1; b[NR] = $2; r[NR] = $1 / $2 }
    function median(v, n,   i, j, t, w) {
      for (i = 1; i <= n; i++) w[i] = v[i]
      for (i = 2; i <= n; i++) for (j = i; j > 1 && w[j - 1] > w[j]; j--) { t = w[j]; w[j] = w[j - 1]; w[j - 1] = t }
      low = w[1]; high = w[n]
      return w[int((n + 1) / 2)]
    }
    END {
      ma = median(a, NR); mb = median(b, NR); median(r, NR)
      print ma / mb, low, high
    }' "$out/pairs")
  # shellcheck disable=SC2086
  printf '%-48s %5.2f   (%.2f to %.2f over %d pairs)\n' "$name" $said "$runs"
  # shellcheck disable=SC2086
  [ $# -lt 5 ] || python3 tests/bench/page.py add "$name" "$4" "$5" $said
}

# Functions from outside: the same calls, in the library's own process and in this one. floor() gives short figures, so that what
# is compared is calling, and not the reading of doubles.
cat >"$out/extern.ent" <<'ENT'
extern fn down(x: number): number from "libm.so.6" as "floor"
check c { require sum(down(x / 4) for x in 1..100_000) == 1_249_975_000 }
ENT
echo "Ratios of whole-process time, functions from outside confined to those in process (at most 3):"
runs=$((runs / 4 + 1)) pair "100,000 calls of libm" "$bin check --allow-ffi libm.so.6 $out/extern.ent" "$bin check --allow-ffi libm.so.6 --ffi-in-process $out/extern.ent" most 3

# shellcheck source=tests/bench/many.sh
. tests/bench/many.sh

missing=
for tool in lua5.4 python3; do command -v "$tool" >/dev/null || missing="$missing $tool"; done
[ -d "$shared" ] || missing="$missing $shared"
if [ -n "$missing" ]; then
  echo "bench: not measured, missing:$missing"
  exit 1
fi
[ -f "$out/small/world.lua" ] || python3 "$shared/gen.py" "$out" small >/dev/null || exit 1

echo "Ratios of whole-process time, Entente to Lua 5.4 (less is better):"
pair "the demo's check : Lua's small job" "$bin check examples/initiative/initiative.ent" "lua5.4 $shared/peers/job.lua $out/small/world.lua check"
: >"$out/empty.ent"
pair "an expression in an empty draft : lua5.4 -e ''" "$bin eval $out/empty.ent 1" "lua5.4 -e x=1"
# shellcheck source=tests/bench/data.sh
. tests/bench/data.sh

perl tests/bench/prompt.pl "$bin" "$runs" || exit 1
[ -f "$out/medium/world.ent" ] || python3 "$shared/gen.py" "$out" medium >/dev/null || exit 1
printf '%-48s %5s ms of 50\n' "completion in the medium world, the slowest place" "$(build/tests/session time "$out/medium/world.ent")"
