# Text that is no draft, or hardly: each has one mistake, and gets one message with its place.
package Hostile;
use strict;
use warnings;
use Test::More;
our $dir;

my $good = "check c { require 1 < 2 }\n";
my $n = 0;

sub text {
    my ($name, $text, $code, $place) = @_;
    my $file = file('t' . ++$n . '.ent', $text);
    mistake($name, run({}, 'check', $file), $file, $code, $place);
    unlink "$dir/$file";
}

sub fine {
    my ($name, $text, $code) = @_;
    my $file = file('t' . ++$n . '.ent', $text);
    my $got = run({}, 'check', $file);
    my $why = broken($got) || ($got->{code} != $code && "exit $got->{code}, not $code") || (length $got->{err} && 'a message');
    ok(!$why, $name) or do { diag($why); diag(substr "$got->{err}", 0, 1500) };
    unlink "$dir/$file";
}

# Several mistakes, or one that takes others with it: at most 20 are shown, each with a place.
sub many {
    my ($name, $text) = @_;
    my $file = file('t' . ++$n . '.ent', $text);
    my $got = run({}, 'check', $file);
    my @found = Drive::diagnostics($got->{err});
    my $full = $got->{code} == 2 && @found == 1 && $found[0]{code} eq 'E0505';    # so much of it that memory runs out: as good
    my $why = broken($got) || ($got->{code} != 2 && "exit $got->{code}, not 2") || (length $got->{out} && 'standard output is not empty')
      || ((!@found || @found > 20) && @found . ' messages') || (!$full && (grep { !$_->{line} } @found) && 'a message without a place') || '';
    ok(!$why, $name) or do { diag($why); diag(substr $got->{err}, 0, 1500) };
    unlink "$dir/$file";
}

# ---- bytes ----

text('a NUL at the start',             "\0",                               'E0002', '1:1');
text('a NUL at the end',               "$good\0",                          'E0002', '2:1');
text('a NUL within a name',            "check c\0d { require true }\n",   'E0002', '1:8');
text('an ELF file',                    "\x7fELF\2\1\1\0\0\0\xff\xfe",      'E0002', '1:1');
text('gzip',                           "\x1f\x8b\x08\0\0\0",               'E0002', '1:1');
text('a PNG',                          "\x89PNG\r\n\x1a\n",                'E0001', '1:1');
text('UTF-16, little end first',       "\xff\xfec\0h\0",                   'E0001', '1:1');
text('UTF-16, big end first',          "\xfe\xff\0c\0h",                   'E0001', '1:1');
text('UTF-16 without a mark',          "c\0h\0e\0",                        'E0002', '1:2');
text('UTF-32',                         "c\0\0\0h\0\0\0",                   'E0002', '1:2');
text('a byte order mark',              "\xef\xbb\xbf$good",                'E0002', '1:1');
text('a byte order mark further on',   "$good\xef\xbb\xbf$good",           'E0002', '2:1');
text('Latin-1',                        "# caf\xe9\n$good",                 'E0001', '1:6');
my %bad = ('a continuation byte alone' => "\x80", 'an overlong NUL' => "\xc0\x80", 'an overlong /' => "\xe0\x80\xaf",
    'an overlong euro' => "\xf0\x82\x82\xac", 'a surrogate' => "\xed\xa0\x80", 'beyond U+10FFFF' => "\xf4\x90\x80\x80",
    'the byte FF' => "\xff", 'a five-byte form' => "\xf8\x88\x80\x80\x80", 'a cut off character' => "\xe2\x82");
for my $what (sort keys %bad) {
    text("$what in a comment",  "# ab$bad{$what}\n$good",                  'E0001', '1:5');
    text("$what in a text",     "check c \"$bad{$what}\" { require true }", 'E0001', '1:10');
    text("$what at the end",    "$good$bad{$what}",                        'E0001', '2:1');
}
for my $cp (0x01 .. 0x08, 0x0b, 0x0c, 0x0e .. 0x1f, 0x7f, 0x80, 0x85, 0x9b, 0x9f) {
    text(sprintf('the control U+%04X', $cp), Encode::encode('UTF-8', "# x" . chr $cp), 'E0002', '1:4');
}
for my $cp (0x061c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a .. 0x202e, 0x2066 .. 0x2069) {
    my $is = sprintf 'U+%04X', $cp;
    text("$is, which turns or breaks lines, in a comment", Encode::encode('UTF-8', "$good# x" . chr($cp) . "y\n"), 'E0002', '2:4');
    text("$is in a text", Encode::encode('UTF-8', 'check c "x' . chr($cp) . "\" { require true }\n"), 'E0002', '1:11');
    text(sprintf('\\u{%x} as an escape', $cp), sprintf("check c { require \"\\u{%x}\" == \"\" }\n", $cp), 'E0107', '1:20');
}
text('a lone CR',                      "check c {\rrequire true }\n",      'E0002', '1:10');
text('CR at the end',                  "# x\r",                            'E0002', '1:4');
text('CR CR LF',                       "# x\r\r\n",                        'E0002', '1:4');
fine('CR LF',                          "check c {\r\n  require 1 < 2 # x\r\n}\r\n", 0);
fine('tabs',                           "check\tc\t{\trequire\t1 < 2\t}", 0);
fine('no line end at the end',         'check c { require 1 < 2 }', 0);
fine('an empty file',                  '', 3);
fine('one line end',                   "\n", 3);
fine('blanks only',                    " \t \n \n", 3);
fine('comments only',                  "# a\n## b\n#", 3);
fine('wide, combining and other letters in texts', Encode::encode('UTF-8', "# \x{4f9b}\x{5e94} e\x{301} \x{1f600}\ncheck c \"\x{4f9b}\x{1f468}\x{200d}\x{1f469}\" { require true }\n"), 0);

# ---- marks and words ----

for my $c (split(/ /, q(\\ ` ' ! $ & | ~)), "\xc3\xa9", "\xe2\x80\x9c", "\xe2\x80\x8b", "\xef\xbc\x88", "\xf0\x9f\x98\x80") {
    text("a stray $c", "check c { require $c true }\n", 'E0105', '1:19');
}
for my $c (split / /, q{; : . , .. ?? == = + * / ^ @ @@ ] ) ?}) {
    text("a file that begins with $c", "$c\n", 'E0101|E0105|E0109', '1:1');
}
text("the word $_ alone", "$_", 'E0\d+', undef) for qw(use layer country resource supply demand control route agreement fn rule check scenario kind fact world requires let if then else for);
text("a name alone", "hello", 'E0101|E0204', undef);
text("HTML", "<!DOCTYPE html>\n<html><body>x</body></html>\n", 'E0\d+', undef);
text("JSON", "{\"a\": [1, 2]}\n", 'E0\d+', undef);
text("a shell script", "#!/bin/sh\nrm -rf /\n", 'E0\d+', undef);

# ---- never closed ----

my %open = (
    'a title'            => ["check c \"abc { require true }\n", '1:9', 'E0102'],
    'a text in a check'  => ["check c { require \"abc == 1 }\n", '1:19', 'E0102'],
    'a body'             => ["check c {\n  require true\n", '1:9', 'E0103'],
    'two bodies'         => ["agreement a {\n  article b {\n", undef, 'E0103'],
    'a body before another' => ["check c {\n  require true\n$good", '1:9', 'E\d+'],
    'a parenthesis'      => ["check c { require (1 < 2 }\n", undef, 'E0101'],
    'a bracket'          => ["check c { require [1, 2 == [1] }\n", undef, 'E0101'],
    'a set'              => ["check c { require {1, 2 == {1}\n", undef, 'E0101|E0103'],
    'a parenthesis at the end' => ['let x = (', undef, 'E0101'],
    'a bracket at the end' => ['let x = [', undef, 'E0101'],
    'a set at the end'   => ['let x = {', undef, 'E0101'],
    'a call at the end'  => ['let x = f(', undef, 'E0101'],
    'a hole in a text'   => ["check c { require \"{1 + \" == 1 }\n", '1:19', 'E0102'],
    'a hole at the end'  => ['let x = "{', undef, 'E\d+'],
    'holes in holes'     => ['let x = "{"{"{"{', undef, 'E\d+'],
    'an if'              => ['let x = if', undef, 'E0101'],
    'a then'             => ['let x = if true then 1', undef, 'E0111|E0101'],
    'an operator'        => ['let x = 1 +', undef, 'E0101'],
    'a list of uses'     => ['use', undef, 'E0101'],
    'a clause'           => ["agreement a {\n  clause c: USA shall\n", undef, 'E\d+'],
);
text("$_ is not closed", $open{$_}[0], $open{$_}[2], $open{$_}[1]) for sort keys %open;
many("cut off: $_", $_) for '"', 'check c "abc', 'let x = "\\', 'let x = "\u{12', 'check c { require "{"{', "agreement a { clause c: each of {";

# ---- deep and long ----

for my $deep (300, 100_000) {
    my %nest = (
        '('          => ['(' x (20 * $deep) . '1' . ')' x (20 * $deep), 1], '[' => ['[' x $deep . '1' . ']' x $deep, 1],
        '{'          => ['{' x $deep . '1' . '}' x $deep, 1], 'not' => ['not ' x $deep . 'true', 1],
        '-'          => ['- ' x $deep . '1', 1], 'if' => ['if true then 1 else ' x $deep . '2', 1],
        'f('         => ['abs(' x $deep . '1' . ')' x $deep, 1], 'text in text' => ['"{' x $deep . '1' . '}"' x $deep, 1],
        '[0]'        => ['x' . '[0]' x $deep, 1], '.id' => ['x' . '.id' x $deep, 1],
        '+'          => [join('+', (1) x $deep), 1], 'and' => [join(' and ', ('true') x $deep), 1],
        'implies'    => [join(' implies ', ('true') x $deep), 1], '^' => [join('^', (1) x $deep), 1],
        'if within if' => ['if true then ' x $deep . '1' . ' else 2' x $deep, 1],
    );
    my %unclosed = ('(' => '(' x $deep, '[' => '[' x $deep, '{' => '{' x $deep, 'if' => 'if ' x $deep, 'a text' => '"{' x $deep, 'f(' => 'abs(' x $deep);
    text("$deep deep: $_", "let x = $nest{$_}[0]\n", 'E0501', undef) for sort keys %nest;
    text("$deep deep and not closed: $_", "let x = $unclosed{$_}\n", 'E\d+', undef) for sort keys %unclosed;
    many("$deep deep: for", 'let x = [1 ' . 'for i in [1] ' x $deep . "]\n") if $deep > 4000;
    text("$deep deep: articles", "agreement a {\n" . "article b {\n" x $deep . "}\n" x $deep . "}\n", 'E0\d+', undef);
}
my $big = 10_000_000;
fine('a comment of 10 MB',              '#' . 'x' x $big, 3);
fine('a text of 10 MB',                 'check c { require "' . 'x' x $big . '" != "" }', 0);
fine('10 MB of blanks',                 ' ' x $big . $good, 0);
fine('10 MB of line ends',              "\n" x $big . $good, 0);
text('a name of 10 MB',                 'let ' . 'a' x $big . ' = 1', 'E0503', '1:5');
many('10 MB of unknown words',          'a ' x ($big / 2));
many('4 MB of lines, each a mistake',   "let x = 1 +\n" x ($big / 30));
text('10 MB of plus signs',             '+' x $big, 'E0101', '1:1');
text('10 MB of quotes',                 '"' x $big, 'E0101', '1:1');
text('10 MB of stray signs',            '$' x $big, 'E0105', '1:1');
text('10 MB of opening braces',         '{' x $big, 'E0\d+', '1:1');
text('10 MB of closing braces',         '}' x $big, 'E0\d+', '1:1');
text('10 MB of letters that are none',  "\xe4\xbe\x9b" x ($big / 3), 'E0105', '1:1');
text('10^6 digits',                     'let x = ' . '9' x 1_000_000, 'E0502', '1:9');
text('10^6 digits after the point',     'let x = 0.' . '9' x 1_000_000, 'E0502', '1:9');
text('10^6 digits in the exponent',     'let x = 1e' . '9' x 1_000_000, 'E0\d+', '1:9');
text('10^6 digits in a date',           'let x = ' . '9' x 1_000_000 . '-01-01', 'E0\d+', '1:9');
text('an exponent of ten digits',       "check c { require 1e9999999999 > 0 }\n", 'E0\d+', '1:19');
text('a small number of ten digits',    "check c { require 1e-9999999999 > 0 }\n", 'E0\d+', '1:19');
text('a power too large',               "check c { require 10^10^10 > 0 }\n", 'E0403|E0404|E0110|E0101', undef);
text('digits that end in _',            "let x = 1_\n", 'E0106', '1:9');
text('two points',                      "let x = 1.2.3\n", 'E0\d+', undef);

# ---- days that are none ----

for my $day (qw(2026-02-30 2026-13-01 2026-00-10 2026-01-00 0000-01-01 2025-02-29 9999-99-99 2026-2-3 2026-1-32 1900-02-29)) {
    text("the day $day", "check c { require $day < 2030-01-01 }\n", 'E0104', '1:19');
}
text('a day after the last',  "check c { require 9999-12-31 + 1 d > 2030-01-01 }\n", 'E0404|E0202', undef);
text('a day before the first', "check c { require 0001-01-01 - 1 d < 2030-01-01 }\n", 'E0404', undef);

1;
