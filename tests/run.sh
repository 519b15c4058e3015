#!/bin/sh
# Runs test programs under prove and closes with one line that counts TAP tests: N passed, N failed
# usage: run.sh FILE...   B: the build folder, for test.log and test.tally; ENTENTE: the program under test
# Exit 1 when a test failed, a program died or none ran.
set -u
log=${B:-build}/test.log
tally=${B:-build}/test.tally
mkdir -p "${log%/*}"
unset HARNESS_OPTIONS HARNESS_PERL_SWITCHES HARNESS_VERBOSE PROVE_PASS_THRU

{
  prove --norc --nocolor -j "$(nproc 2>/dev/null || echo 1)" "$@" 2>&1
  echo "prove: exit $?"
} | tee "$log" | grep -v '^prove: exit '

# prove's summary names each program that failed: NAME (Wstat: W Tests: T Failed: F). One that died, or broke its plan,
# with no failed test of its own counts as one failure. Whatever else is wrong shows in prove's exit code.
awk '
  /^Test Summary Report/ { report = 1 }
  report && /\(Wstat: .*Tests: [0-9]+ Failed: [0-9]+\)/ {
    own = $0; sub(/.*Failed: /, "", own); own += 0
    failed += own; bad_tests += own; died = own
  }
  report && /^ +(Parse errors|Non-zero (exit|wait) status):/ && !died { failed++; died = 1 }
  /^Files=[0-9]+, Tests=[0-9]+/ { total = $2; sub(/Tests=/, "", total); total += 0 }
  /^prove: exit / { code = $3 }
  END {
    if (code != 0 && !failed) failed = 1
    printf "%d passed, %d failed\n", total - bad_tests, failed
    exit failed || !total
  }' "$log" >"$tally"
code=$?
cat "$tally"
exit "$code"
