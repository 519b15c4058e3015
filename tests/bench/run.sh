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

# pair NAME "OURS" "PEER" [WORD WANTED]: the two in turn, then of the ratios of neighbours the median, the least and the greatest; with
# WORD and WANTED also as a line of the page (see page.py).
pair() {
  local name=$1 a i
  : >"$out/pairs"
  for i in $(seq "$runs"); do
    # shellcheck disable=SC2086
    once $pin $2
    a=$took
    # shellcheck disable=SC2086
    once $pin $3
    echo "$a $took" >>"$out/pairs"
  done
  # shellcheck disable=SC2046
  printf '%-48s %5.2f   (%.2f to %.2f over %d pairs)\n' "$name" $(awk '{ print $1 / $2 }' "$out/pairs" | sort -n |
    awk '{ r[NR] = $1 } END { print r[int((NR + 1) / 2)], r[1], r[NR] }') "$runs"
  [ $# -lt 5 ] || python3 tests/bench/page.py pairs "$name" "$4" "$5" "$out/pairs"
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
