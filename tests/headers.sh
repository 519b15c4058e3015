#!/usr/bin/env bash
# Every header of lang/ compiles by itself, and twice over, with the flags of the build. TAP, one line a header.
# A text that only makes sense where it is included is no header: name it .inc, or .def if it is a list.
set -u
cd "$(dirname "$0")/.." || exit 1
flags=${B:-build}/flags
[ -f "$flags" ] || { echo "1..0 # SKIP $flags is not there: run make first"; exit 0; }
export compile; compile=$(cat "$flags")
export dir; dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

find lang -name '*.h' -print | LC_ALL=C sort >"$dir/list"
# Included from a file of its own, since a compiler treats the main file differently (clang: unused inline functions).
xargs -a "$dir/list" -n 1 -P "$(nproc 2>/dev/null || echo 1)" sh -c '
  h=${1#lang/} out=$dir/$(echo "${1#lang/}" | tr / :)
  printf "#include \"%s\"\n#include \"%s\"\ntypedef int not_empty;\n" "$h" "$h" |
    $compile -fsyntax-only -x c - >"$out" 2>&1 || echo "cannot be compiled alone" >>"$out"' sh

n=0 failed=0
while read -r path; do
  n=$((n + 1)) h=${path#lang/}
  out=$dir/${h//\//:}
  if [ ! -f "$out" ] || [ -s "$out" ]; then
    failed=1; echo "not ok $n - $h"; head -n 8 "$out" | sed 's/^/# /' >&2
  else
    echo "ok $n - $h"
  fi
done <"$dir/list"
echo "1..$n"
exit $failed
