#!/usr/bin/env bash
# The rules of the house that a machine can hold: which room may include what, who prints, who exits, what is mutable.
# TAP, one line a rule, and for each place that breaks one a diagnostic. ROOT (default: the checkout) is what is looked at.
set -u
cd "${ROOT:-$(dirname "$0")/..}" || exit 1
rooms="base source syntax check world code vm answer report api edge"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0 failed=0

# rule TEXT PLACES: ok when no place breaks it; PLACES is one a line.
rule() {
  n=$((n + 1))
  if [ -z "$2" ]; then echo "ok $n - $1"; else failed=1; echo "not ok $n - $1"; sed 's/^/#   /' <<<"$2" >&2; fi
}

# include: PATH ROOM LINE "x" or <x>.  code: PATH:LINE:text, without comments and what stands in quotes.
# The grammar's two files belong to the room syntax.
find lang grammar \( -name '*.c' -o -name '*.h' -o -name '*.def' -o -name '*.inc' -o -name '*.y' -o -name '*.l' \) -print 2>/dev/null | LC_ALL=C sort >"$dir/files"
[ -s "$dir/files" ] || { echo "1..0 # SKIP no sources"; exit 0; }
xargs -a "$dir/files" perl -e '
  my ($dir) = shift @ARGV;
  open my $inc, ">>", "$dir/include"; open my $code, ">>", "$dir/code";
  for my $path (@ARGV) {
    open my $in, "<", $path or die "$path: $!"; local $/; my $text = <$in>;
    my ($room) = $path =~ m{^lang/([^/]+)/} ? $1 : $path =~ m{^grammar/} ? "syntax" : "?";
    (my $bare = $text) =~ s{(/\*.*?\*/|//[^\n]*)|("(?:\\.|[^"\\\n])*"|\x27(?:\\.|[^\x27\\\n])+\x27)}
      {my $was = $1 // $2; my $kept = defined $1 ? " " : substr($was, 0, 1) x 2; $kept . ("\n" x ($was =~ tr/\n//))}gse;
    my @was = split /\n/, $text; my $line = 0;
    for (split /\n/, $bare) {
      $line++;
      print $inc "$path $room $line $1\n" if /^\s*#\s*include/ && $was[$line - 1] =~ /include\s*("[^"]*"|<[^>]*>)/;
      print $code "$path:$line:$_\n" if /\S/;
    }
  }' "$dir" || exit 1

# in_code PATTERN: the lines of code that match.
in_code() { grep -E "^[^:]*:[0-9]+:(.*[^A-Za-z0-9_])?($1)" "$dir/code"; }
# included PATTERN: who includes it.
included() { awk -v pattern="$1" '$4 ~ pattern { print $1 ":" $3 ": " $4 }' "$dir/include"; }
# except PATHS: without what stands there.
except() { grep -vE "^($1):"; }

rule "each source stands in a room, and no deeper" "$(find lang -name '*.[ch]' |
  awk -F/ -v rooms=" $rooms " 'NF != 3 || !index(rooms, " " $2 " ")')"

rule "a room includes itself and earlier rooms only, by name" "$(awk -v rooms="$rooms" '
  BEGIN { count = split(rooms, r, " "); for (i = 1; i <= count; i++) rank[r[i]] = i }
  substr($4, 1, 1) == "\"" && $4 != "\"parse.h\"" && $4 != "\"scan.h\"" {
    to = substr($4, 2, length($4) - 2)
    if (split(to, part, "/") != 2 || !(part[1] in rank)) { print $1 ":" $3 ": " $4 " does not name a room"; next }
    if (rank[part[1]] > rank[$2]) print $1 ":" $3 ": " $4 " comes after " $2
  }' "$dir/include")"
rule "edge includes api and edge only" "$(included '^"' | grep '^lang/edge/' | grep -vE ' "(api|edge)/')"
rule "the public header includes nothing of ours" "$(included '^"' | grep '^lang/api/entente\.h:')"
rule "parse.h and scan.h are seen in syntax only" "$(included '"(parse|scan)[.]h"' | except '(lang/syntax|grammar)/[^/]*')"
rule "Readline is seen in edge/repl*.c only" "$(included '^<readline/' | except 'lang/edge/repl[^/]*\.c')"
rule "libffi and dlopen are seen in edge/ffi*.c only" "$(included '^<(ffi|dlfcn)[.]h>' | except 'lang/edge/ffi[^/]*\.c')"
rule "GMP is seen in base/num*.c only, through base/num_gmp.h or without" "$(
  included '^(<gmp[.]h>|"base/num_gmp[.]h")' | except 'lang/base/num[^/]*\.c|lang/base/num_gmp\.h')"

rule "SQLite is seen in source/rows_sqlite.c only" "$(included '^<sqlite3[.]h>' | except 'lang/source/rows_sqlite\.c')"

rule "no file is over 1,000 lines" "$(find . \( -path ./build -o -path ./.git \) -prune -o -type f \
  \( -name '*.[chyl]' -o -name '*.inc' -o -name '*.ent' -o -name '*.sh' \) -print0 | xargs -0 -r wc -l |
  awk '$1 > 1000 && $2 != "total" { print $2 ": " $1 " lines" }')"

edge='lang/edge/[^/]*'
rule "nothing prints but edge" "$(in_code '(v?f?printf|puts|fputs|putc|fputc|putchar|fwrite|perror|stdout|stderr)([^A-Za-z0-9_]|$)' |
  grep -vE 'format\(printf,' | except "$edge")"
rule "nothing ends the program but edge" "$(in_code '(exit|_exit|_Exit|quick_exit|abort)[[:space:]]*\(' | except "$edge")"
rule "only edge/cli.c calls exit" "$(in_code 'exit[[:space:]]*\(' | except 'lang/edge/cli\.c' | grep '^lang/edge/')"

# One thing may change: the flag that the handler of Ctrl-C sets, since a handler is given nothing to set it in.
# edge/cli.c says what holds it; both rules leave out that name in that file, and nothing else of the file.
flag='interrupted'

# A pointer is mutable unless const follows its last star; what is no pointer, unless const stands somewhere.
rule "no mutable statics, by the text" "$(in_code '(static|_Thread_local)[[:space:]][^(=;]*[=;]' | grep -vF '[static ' | except 'lang/edge/repl[^/]*\.c' |
  grep -vE "^lang/edge/cli\.c:[0-9]+:static volatile sig_atomic_t $flag;\$" |
  awk '{ what = $0; sub(/^[^:]*:[0-9]+:/, "", what); gsub(/\{[^{}]*\}/, "", what); sub(/[=;].*/, "", what); sub(/.*\*/, "*", what)
         if (what !~ /(^|[^A-Za-z0-9_])const([^A-Za-z0-9_]|$)/) print }')"

# The same by what was compiled, which sees every form of it. The generated parser has its debug switch, and is left out.
objects() {
  sed -n 's|^lang/\(.*\)\.c$|build/obj/\1.o|p' "$dir/files" | grep -v '/edge/repl' |
    while read -r o; do [ ! -f "$o" ] || echo "$o"; done
}
if [ -n "$(objects)" ] && command -v objdump >/dev/null; then
  rule "no mutable statics, by the objects" "$(objects | xargs objdump -t | awk -v flag="$flag" '
    file ~ /\/edge\/cli\.o$/ && $NF == flag { next }
    /^build.*file format/ { file = $1; sub(/:$/, "", file) }
    / O / { for (i = 1; i <= NF; i++) if ($i ~ /^(\.t?data|\.t?bss|\*COM\*)/ && $i !~ /^\.data\.rel\.ro/) print file ": " $NF " in " $i }')"
fi

echo "1..$n"
exit $failed
