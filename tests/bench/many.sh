# Sourced by run.sh: a folder of drafts, and one draft, with one process and with two, in turn, on all processors: how many times as fast.
rm -rf "$out/many"
mkdir -p "$out/many"
for i in $(seq 40); do
  printf 'check c "Sums" { require sum(sum(x * y for y in 1..2_000) for x in 1..600) == 360_780_300_000 + %s * 0 }\n' "$i" >"$out/many/d$i.ent"
done
echo "40 drafts, one process : two (at least 1.7):"
# How much the machine's second core is worth at the time: two processes that share nothing, one after the other and both at once.
printf '%s\n' "$bin check --jobs 1 $out/many" "$bin check --jobs 1 $out/many" >"$out/after.sh"
printf '%s &\n' "$bin check --jobs 1 $out/many" "$bin check --jobs 1 $out/many" >"$out/beside.sh"
echo wait >>"$out/beside.sh"
pin='' runs=$((runs / 2 + 1)) pair "two processes, one after the other : at once" "sh $out/after.sh" "sh $out/beside.sh"
pin='' runs=$((runs / 2 + 1)) pair "a folder of 40 drafts, one process of two" "$bin check --jobs 1 $out/many" "$bin check --jobs 2 $out/many" least 1.7

# The same with drafts as they are: the example initiative, forty times.
rm -rf "$out/real"
mkdir -p "$out/real"
for i in $(seq 40); do cp -r examples/initiative "$out/real/$i"; done
pin='' runs=$((runs / 4 + 1)) pair "40 copies of the example, one process of two" "$bin check --jobs 1 $out/real" "$bin check --jobs 2 $out/real" least 1.7

# One draft: the medium world without each of 3,790 pairs of countries, and a long loop; what is said must not differ.
[ -f "$out/medium/world.ent" ] || python3 "$shared/gen.py" "$out" medium >/dev/null || exit 1
cp tests/bench/job.ent "$out/medium/"
cat >"$out/medium/pairs.ent" <<'ENT'
use "job.ent"
check pairs "Without any two" for a in 1..20 for b in 1..len(some) where b > a {
  require (covered_now without {some[a], some[b]}) > covered_now - 300 else warn "{some[a].id}, {some[b].id}: {covered_now without {some[a], some[b]}}"
}
ENT
echo 'let total = sum(x mod 7 * 3 - 2 for x in 1..400_000_000)' >"$out/medium/loop.ent"
sweep="--as-of 2028-01-01 --max-steps 100_000_000_000 $out/medium/pairs.ent"
# shellcheck disable=SC2086
for n in 1 2; do $bin check --jobs $n $sweep >"$out/many/said$n" 2>&1; done
cmp "$out/many/said1" "$out/many/said2" || exit 1
echo "One draft, one process : two (at least 1.7):"
pin='' runs=$((runs / 6 + 1)) pair "a check of 3,790 worlds, one process of two" "$bin check --jobs 1 $sweep" "$bin check --jobs 2 $sweep" least 1.7
pin='' runs=$((runs / 4 + 1)) pair "a loop of 400,000,000, one process of two" "$bin eval --jobs 1 --max-steps 100G $out/medium/loop.ent total" "$bin eval --jobs 2 --max-steps 100G $out/medium/loop.ent total" least 1.7
