#!/bin/sh
# What `make demo` and `make test` need, on a bare Debian too: looks for what is missing and installs it with apt-get
# when that can be done without asking (as root, or with sudo that needs no password); else says what to install.
# usage: setup.sh demo|test   (a quarter of a second, and no call of apt-get, when nothing is missing)
set -u
for_what=${1:-test}
cc=${CC:-cc}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

# A program that includes $1 and is linked with the rest.
links() {
  header=$1; shift
  printf '#include <stdio.h>\n#include <%s>\nint main(void) { return 0; }\n' "$header" >"$dir/t.c"
  $cc "$dir/t.c" -o "$dir/t" "$@" >/dev/null 2>&1
}
# The path of the first word of CC, which may be "ccache gcc".
has_cc() { command -v "${cc%% *}" >/dev/null 2>&1; }
# -Wcounterexamples and what the grammar uses came with 3.8.
has_bison() {
  bison --version 2>/dev/null | awk 'NR == 1 { split($NF, v, "."); ok = v[1] > 3 || (v[1] == 3 && v[2] + 0 >= 8) } END { exit !ok }'
}

# make ISO_CODES= builds without it.
has_names() {
  iso=${ISO_CODES-/usr/share}
  [ -z "$iso" ] || { [ -f "$iso/iso-codes/json/iso_3166-1.json" ] && [ -f "$iso/locale/fr/LC_MESSAGES/iso_3166-1.mo" ]; }
}

# Sets `missing` to what is, and `packages` to Debian's names for it.
look() {
  missing=; packages=
  want() { missing="$missing  $1
"; packages="$packages $2"; }
  has_cc                                          || want "a C compiler ($cc)" gcc
  command -v ar >/dev/null 2>&1                   || want "ar" binutils
  # Without a compiler nothing can be linked: then all libraries are asked for, which does no harm.
  links stdlib.h ${STATIC-}                       || want "the C library's headers, and its archive" libc6-dev
  links gmp.h -Wl,-Bstatic -lgmp -Wl,-Bdynamic    || want "GMP, with its archive libgmp.a" libgmp-dev
  links sqlite3.h -Wl,-Bstatic -lsqlite3 -Wl,-Bdynamic -lm || want "SQLite, with its archive libsqlite3.a" libsqlite3-dev
  links ffi.h -Wl,-Bstatic -lffi -Wl,-Bdynamic    || want "libffi, with its archive libffi.a" libffi-dev
  command -v flex >/dev/null 2>&1                 || want "flex" flex
  has_bison                                       || want "bison 3.8 or later" bison
  command -v perl >/dev/null 2>&1                 || want "perl" perl
  has_names                                       || want "iso-codes, with its translations" iso-codes
  [ "$for_what" = test ] || return
  links readline/readline.h -Wl,-Bstatic -lreadline -ltinfo -Wl,-Bdynamic || want "GNU Readline, with its archive libreadline.a" libreadline-dev
  # An example calls it. Only the library itself is needed, which nothing is linked with.
  PATH=$PATH:/sbin ldconfig -p 2>/dev/null | grep -q "libgsl\.so\.27 " || want "the GNU Scientific Library 2.7 (libgsl.so.27)" libgsl27
  command -v valgrind >/dev/null 2>&1             || want "valgrind, which counts instructions" valgrind
  { command -v prove && perl -MTest::More -e 1; } >/dev/null 2>&1 || want "perl with prove and Test::More" perl
}

look
[ -n "$missing" ] || exit 0

as_root=
if ! command -v apt-get >/dev/null 2>&1; then
  how=no
elif [ "$(id -u)" = 0 ]; then
  how=yes
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
  how=yes as_root="sudo -n"
else
  how=no
fi

apt() {
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" >"$dir/apt.log" 2>&1
}
# Slim images leave translations out of packages.
install() {
  apt install -y --no-install-recommends --reinstall -o 'Dpkg::Options::=--path-include=/usr/share/locale/*/LC_MESSAGES/iso_3166-1.mo' $packages
}
lists_empty() { ! ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1; }

if [ "$how" = yes ]; then
  echo "installing:$packages"
  updated=
  if lists_empty; then apt update; updated=1; fi
  install || { [ -z "$updated" ] && apt update && install; } || tail -n 15 "$dir/apt.log" >&2
  look
  [ -n "$missing" ] || exit 0
fi

{
  echo "To build Entente, these are missing:"
  printf '%s' "$missing"
  echo "On Debian or Ubuntu, as root:"
  echo "  apt-get update && apt-get install -y$packages"
  has_cc || echo "(or say which compiler to use, as in: make CC=clang)"
} >&2
exit 1
