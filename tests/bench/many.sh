# Sourced by run.sh: a folder of drafts with one process and with two, in turn, on all processors: how many times as fast.
rm -rf "$out/many"
mkdir -p "$out/many"
for i in $(seq 40); do
  printf 'check c "Sums" { require sum(sum(x * y for y in 1..2_000) for x in 1..600) == 360_780_300_000 + %s * 0 }\n' "$i" >"$out/many/d$i.ent"
done
echo "40 drafts, one process : two (at least 1.7):"
pin='' runs=$((runs / 2 + 1)) pair "a folder of 40 drafts" "$bin check --jobs 1 $out/many" "$bin check --jobs 2 $out/many"
