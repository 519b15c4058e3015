#!/bin/sh
# Runs each libFuzzer target for FUZZ_SECONDS (60) from the saved inputs, the last found in build/fuzz/corpus/NAME, and shows
# what was broken. usage: run.sh TARGET...   An input that breaks something is kept as build/fuzz/NAME-crash-*: shrink it with
# TARGET -minimize_crash=1 FILE, mend what it shows, and save it under tests/fuzz/corpus/.
set -u
bad=0
for target in "$@"; do
  name=${target##*/fuzz_}
  mkdir -p "build/fuzz/corpus/$name"
  echo "# $name: ${FUZZ_SECONDS:-60} s"
  if "$target" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=20 -rss_limit_mb=1024 -max_len=8192 -only_ascii=0 -print_final_stats=1 \
      -dict=tests/fuzz/words.dict -artifact_prefix="build/fuzz/$name-" "build/fuzz/corpus/$name" tests/fuzz/corpus tests/lang tests/error tests/testing tests/fmt \
      >"build/fuzz/$name.log" 2>&1; then
    echo "ok - $name: $(sed -n 's/^stat::number_of_executed_units: */executions /p' "build/fuzz/$name.log")"
  else bad=1; echo "not ok - $name"; tail -n 40 "build/fuzz/$name.log"; fi
done
exit $bad
