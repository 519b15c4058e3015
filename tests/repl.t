#!/usr/bin/perl
# `entente repl`: in a pseudo-terminal, as an analyst would use it, and on lines that are piped in.
use strict;
use warnings;
use File::Temp;
use Test::More;
use Time::HiRes qw(time);
require './tests/drive.t';
require './tests/terminal.pl';

my $entente = do { no warnings 'once'; $Drive::entente };
(my $repl = $entente) =~ s/[^\/]*$/entente-repl/;
plan(skip_all => "$repl is not built") unless -x $repl;
my $dir = File::Temp::tempdir(CLEANUP => 1);
my %env = (XDG_STATE_HOME => "$dir/state", XDG_CONFIG_HOME => "$dir/config", HOME => $dir, ENTENTE_RC => undef);
delete @ENV{qw(ENTENTE_RC NO_COLOR PAGER)};
%ENV = (%ENV, map { $_ => $env{$_} } grep { defined $env{$_} } keys %env);

# A small draft in which all kinds of name are found.
Drive::spill("$dir/pact.ent", <<'END');
use std.stack
use std.countries
use std.coverage
resource ore "Ore" { layer: minerals  unit: t/yr }
resource metal "Metal" { layer: minerals  unit: t/yr  critical: false }
supply ore { AUS: 300 t/yr, NLD: 100 t/yr }
demand ore { USA: 100 t/yr }
route malacca "Strait of Malacca" { passes: {SGP, MYS} }
control licences "Licensing" by AUS on {ore} from 2027-06-01
scenario storm "A storm" { close malacca }
source atlas "Atlas" { year: 2025 }
let limit = 40 t/yr
agreement pact "The pact" {
  parties: {USA, NLD, AUS}
  term: 2026-01-01..2028-12-31
  clause m1 "Offtake": AUS shall supply 240 t/yr of ore to USA from 2027-01-01
  clause m2 "More": NLD shall supply 10 t/yr of ore
}
END

sub terminal {
    my ($options, @files) = @_;
    return Terminal->start($options, $entente, 'repl', @files);
}
# At the prompt of pact.ent, whatever stands before it.
my $prompt = qr/^2026-01-01> ?\z/m;

# Screens are compared once a text has come; what is there instead is shown.
sub sees {
    my ($t, $pattern, $name) = @_;
    ok($t->sees($pattern), $name) or diag("screen:\n" . $t->screen);
}

# ---- piped: no prompt, values, messages, and 0 whatever the lines said ----

sub piped {
    my ($text, @args) = @_;
    Drive::spill("$dir/in", $text);
    open my $keep, '<&', \*STDIN or die $!;
    open STDIN, '<', "$dir/in" or die $!;
    my $pid = open(my $from, '-|') // die $!;
    if (!$pid) {
        open STDERR, '>', "$dir/err";
        exec $entente, 'repl', @args or die $!;
    }
    local $/;
    my $out = <$from> // '';
    close $from;
    my $code = $? & 127 ? 128 + ($? & 127) : $? >> 8;
    open STDIN, '<&', $keep or die $!;
    return { out => $out, err => Drive::slurp("$dir/err"), code => $code };
}

{
    my $got = piped("use std.units\n1 + 1\n# a comment\n\nlet x = 3 t\nx * 2\nx +\n  1 kg\ny\n:type x\nlet x = 4 t\nx\nlet z = x\nz\n");
    is($got->{out}, "2\n6 t\n3.001 t\nquantity[t]\nin place of let x (<2>:1)\n4 t\n4 t\n", 'values, with units, on lines that are piped in');
    like($got->{err}, qr/^error\[E0201\]: nothing is named 'y' here/, 'a mistake is said on standard error');
    is($got->{code}, 0, 'it ends with 0 whatever the lines said');
}
{
    my $got = piped("let a = 1\nlet b = a + nothing\na\n:undo\na\n:redo\na\nb\n:undo\n:undo\n");
    is($got->{out}, "1\n1\n", 'a declaration with a mistake leaves all as it was; undo and redo');
    is(() = $got->{err} =~ /error\[E0201\]/g, 3, 'each mistake is said once');
    like($got->{err}, qr/there is nothing to undo\n\z/, 'undo ends');
}
{
    my $got = piped("capacity(FRA, metal)\ncovered(ore)\nneeded(ore)\n:as-of 2027-01-01\ncovered(ore)\n:assume withdraw AUS\ncovered(ore)\n:undo\n:undo\ncovered(ore)\n:assume fly AUS\n:as-of tomorrow\n:wurld\n", "$dir/pact.ent");
    is($got->{out}, "unknown: what FRA can supply of metal: no supply fact says\nfalse\n100 t/yr\ntrue\nfalse\nfalse\n", 'a day and an assumption move what is asked; what is undecided says what is missing');
    like($got->{err}, qr/E0101.*'fly' cannot stand here.*tomorrow is no date.*no command :wurld; did you mean :world\?/s, 'mistakes in commands are said');
}
{
    my $got = piped("check good { require 1 == 1 }\ncheck bad { require 1 == 2 }\npasses(good) and nothing\npasses(bad) or nothing\npasses(good)\npasses(bad)\nnot passes(bad)\n");
    is($got->{out}, "true\nfalse\ntrue\n", 'after a mistake in what was asked of a check, it is asked as ever');
}
{
    my $got = piped(":world\n:assume close malacca\n:world\n:doc covered\n:show pact.m1\n:show limit\n:help without\n:help E0214\n:time 1 + 1\n:dis 1 + 1\n:list\n", "$dir/pact.ent");
    like($got->{out}, qr/^day +2026-01-01\nin force +pact, 2026-01-01\.\.2028-12-31\n.*^assumed +close malacca$/ms, ':world');
    like($got->{out}, qr/^fn covered\(r: resource\): bool$/m, ':doc');
    like($got->{out}, qr/^clause m1 "Offtake": AUS shall supply 240 t\/yr of ore to USA from 2027-01-01\nlet limit = 40 t\/yr$/m, ':show');
    like($got->{out}, qr/^e without S\n  e as it would be/m, ':help of a word');
    like($got->{out}, qr/^error\[E0214\]/m, ':help of a code');
    like($got->{out}, qr/^2\n\d+ steps, \d+\.\d+ s$/m, ':time');
    like($got->{out}, qr/ADD_K +r0 r1 1/, ':dis');
    like($got->{out}, qr/^# \S+pact\.ent: 13 declarations\n# assumed: close malacca\n\z/m, ':list');
}
{
    my $got = piped(":matrix\n:as-of 2027-02-01\n:matrix\n:assume withdraw AUS\n:matrix\n", "$dir/pact.ent");
    like($got->{out}, qr/Critical minerals +capable 0\/1.*Critical minerals +(?:covered|resilient) 1\/1.*Critical minerals +capable 0\/1/s, ':matrix, on the day and in the world at hand');
}
{
    my $got = piped("lsit\n:lsit\n:q\n:list all\nexit\n");
    my @want = map { quotemeta } 'no command :lsit; did you mean :list?', 'no command :q; did you mean :quit?', ':list stands by itself, without all', 'a command begins with a colon:  :quit';
    like($got->{err}, qr/$want[0].*$want[1].*$want[2].*$want[3]/s, 'a slip suggests; what stands by itself takes no more');
}
{
    my @rows = map { [/^\| `((\w+)\([^`]*)` \|.*\| (.*) \|$/] } grep { /^\| `\w+\(/ } split /\n/, Drive::slurp('SPEC.md') =~ s/.*^## 15 (.*?)^## 16 .*/$1/msr;
    my $defined = () = Drive::slurp('lang/check/builtin.def') =~ /^BUILTIN\(/mg;
    is(scalar @rows, $defined, 'SPEC.md lists every function of the engine');
    my $got = piped(join '', map { ":doc $_->[1]\n" } @rows);
    for (@rows) {
        my ($form, $name, $about) = ($_->[0], $_->[1], $_->[2] =~ tr/`//dr);
        like($got->{out}, qr/^\Q$form\E\n  \Q$about\E$/m, "... $name as :doc has it");
    }
}
{
    my $got = piped(":doc std\n:doc std.units\n:doc std.concentration.hhi\n:doc name_in\n:doc extern\n:doc covered\nuse std.coverage\n:doc covered\n");
    like($got->{out}, qr/^  std\.concentration   How few hold.*^std\.units\n    The usual units\..*^fn hhi\(r: resource\): number\n    The Herfindahl-.*^name_in\(.*^extern fn /ms, ':doc of the library, a module, a name in one, a function and a word');
    like($got->{out}, qr/^fn covered\(l: layer\): bool\n    Whether binding clauses commit.*\n  --> <std\.coverage>:\d+:1\n\z/ms, ':doc of what is used of the library has its documentation');
    like($got->{err}, qr/\Anothing is known of covered\n\z/, 'and nothing of what is not used');
}
{
    Drive::spill("$dir/extern.ent", "extern fn down(x: number): number from \"libm.so.6\" as \"floor\"\nlet y = down(7/2)\n");
    my $got = piped("1\ny\n:show down\n", "$dir/extern.ent");
    is($got->{out}, "1\nextern fn down(x: number): number from \"libm.so.6\" as \"floor\"\n", 'a draft with functions from outside can be looked at');
    like($got->{err}, qr/E0425.*--allow-ffi libm\.so\.6:floor/s, 'and says what would let it call them');
    is(piped("y\nlet z = down(9/2)\nz\n:undo\ny\n", '--allow-ffi', 'libm.so.6', "$dir/extern.ent")->{out}, "3\n4\n3\n", '--allow-ffi lets it, in every state of the session');
}
{
    is(piped("agreement p {\n")->{err} =~ /^error\[E0103\]: this brace is not closed/ ? 1 : 0, 1, 'what is unfinished at the end is said to be');
    is(piped("1\n", "$dir/none.ent")->{code}, 66, 'a file that is not there ends it');
    Drive::spill("$dir/bad.ent", "let a = b\n");
    is(piped("1\n", "$dir/bad.ent")->{code}, 2, 'so does one with mistakes, where nobody could mend it');
    is(piped("1\n", '--as-of', 'never')->{code}, 64, 'and wrong use');
    is(piped("covered(ore)\n", '--as-of', '2027-05-05', "$dir/pact.ent")->{out}, "true\n", '--as-of');
}

# ---- lines that mean harm leave the session alive ----

{
    my %hostile = (
        'invalid UTF-8'       => "\xff\xfe\n",      'a control character' => "1 + \e[31m\n",
        'a NUL'               => "1 +\0 1\n",       'a mark of direction' => "let x\xe2\x80\xae = 1\n",
        'a line of 1 MB'      => ('x' x 1_000_000) . "\n", 'brackets that nest' => ('(' x 5000) . (')' x 5000) . "\n",
        'a number of 1 MB'    => ('9' x 1_000_000) . "\n", 'nested texts' => ('"{' x 200) . "\n",
        'a long sum'          => '1' . ('+1' x 100_000) . "\n",
        'a name as a command' => ':' . ('x' x 100_000) . "\n", 'a sign' => ": \n:!\n::\n:save! \n:load\n:show\n",
    );
    for my $name (sort keys %hostile) {
        my $got = piped("$hostile{$name}1 + 2\n");
        is($got->{code}, 0, "$name: the session goes on to its end") or diag($got->{err});
        like($got->{out}, qr/^3\n\z/m, "$name: the next line is answered");
        unlike("$got->{out}$got->{err}", qr/[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80\xae/, "$name: nothing of it acts on the terminal");
    }
    my $got = piped("[x for x in 1..10_000_000]\n1 + 2\nlet y = 1\ny\n", '--max-memory', '20M');
    like($got->{err}, qr/E0505/, 'memory runs out');
    is($got->{out}, "3\n1\n", 'and the session goes on');
    $got = piped("sum(x for x in 1..10_000_000)\n1 + 2\nsum(x for x in 1..10_000)\n", '--max-steps', '1M');
    like($got->{err}, qr/E0507/, 'steps run out');
    is($got->{out}, "3\n50_005_000\n", 'and each line has all of them');
}

# ---- files ----

{
    my $save = "$dir/saved.ent";
    my $got = piped("use std.units\nlet  x=3 t\n## What y is.\nlet y=x\nlet x = 4 t\n:save $save\n:save $save\nlet z = 1\n:save $save\n1\n:save $save\n:save! $save\n");
    is($got->{err}, "$save: is there already; :save! or the same line again overwrites it\n", ':save asks before it overwrites');
    is(Drive::slurp($save), "use std.units\n\n## What y is.\nlet y = x\n\nlet x = 4 t\n\nlet z = 1\n", ':save writes the draft, laid out, without what was declared anew');
    is(Drive::run('eval', $save, 'y')->{out}, "4 t\n", 'what was saved is a draft');
    my @left = grep { /saved/ } map { s{.*/}{}r } glob("$dir/{.,}*");
    is("@left", 'saved.ent', 'and nothing else is left behind');
    Drive::spill("$dir/other.ent", "let other = 1\n");
    piped("let x = 1\n:save $dir/other.ent\n");
    is(Drive::slurp("$dir/other.ent"), "let other = 1\n", 'a file is not overwritten at the first asking');
    is(piped(":load $dir/other.ent\nother\n:load $dir/none.ent\n:load $dir/other.ent\nother\n")->{out}, "1\n1\n", ':load');

    Drive::spill("$dir/rc.ent", "use std.units\nlet ton = 1 t\n");
    local $ENV{ENTENTE_RC} = "$dir/rc.ent";
    is(piped("ton\n:undo\nton\n")->{out}, "1 t\n1 t\n", '$ENTENTE_RC is loaded first, and is not undone');
    $got = piped("let a = 1\n:save $dir/plain.ent\n");
    is(Drive::slurp("$dir/plain.ent"), "let a = 1\n", 'and not saved');
    $ENV{ENTENTE_RC} = "$dir/bad.ent";
    $got = piped("1\n");
    is("$got->{code} $got->{out}", "0 1\n", 'one with mistakes does not keep the session from beginning');
    delete $ENV{ENTENTE_RC};
    mkdir "$dir/config"; mkdir "$dir/config/entente";
    Drive::spill("$dir/config/entente/rc.ent", "let from_config = 7\n");
    is(piped("from_config\n")->{out}, "7\n", 'else rc.ent in the folder of settings is');
    unlink "$dir/config/entente/rc.ent";
}

# ---- at a terminal ----

SKIP: {
    my $t = terminal({}, "$dir/pact.ent");
    skip('there are no pseudo-terminals', 1) unless $t;
    sees($t, $prompt, 'the prompt is the day');

    # Completion at twelve places: what is typed, how often Tab, what the screen then shows.
    my @places = (
        ['a word of the language', 'agreem', 1, qr/> agreement ?\z/],
        ['a country after without', 'covered(ore) without NL', 1, qr/> covered\(ore\) without NLD\z/],
        ['routes after without too', 'covered(ore) without mal', 1, qr/without malacca\z/],
        ['scenarios after under', 'covered(ore) under s', 1, qr/under storm\z/],
        ['units after a number', '12 GW', 2, qr/GW +unit +gigawatts\n.*GWh +unit +gigawatt hours/],
        ['fields and clauses after a dot', 'pact.m', 2, qr/m1 +clause +Offtake\n +m2 +clause +More/],
        ['fields of what an expression gives', 'pact.m1.bin', 1, qr/> pact\.m1\.binding\z/],
        ['what a function takes', 'capacity(AUS, o', 1, qr/> capacity\(AUS, ore\z/],
        ['commands after a colon', ':mat', 1, qr/> :matrix ?\z/],
        ['steps after :assume', ':assume withd', 1, qr/> :assume withdraw ?\z/],
        ['routes after close', ':assume close m', 1, qr/> :assume close malacca\z/],
        ['modules after use', 'use std.cov', 1, qr/> use std\.coverage\z/],
        ['sources after cite', 'supply ore cite at', 1, qr/> supply ore cite atlas\z/],
        ['modules after :doc', ':doc std.conc', 1, qr/:doc std\.concentration\z/],
        ['words after :doc', ':doc witho', 1, qr/:doc without\z/],
        ['layers in a field', 'resource x { layer: sem', 1, qr/layer: semiconductors\z/],
        ['files after :load', ":load $dir/pac", 1, qr/pact\.ent ?\z/],
    );
    for my $place (@places) {
        my ($name, $text, $tabs, $want) = @$place;
        $t->send($text . "\t" x $tabs);
        sees($t, $want, "completes $name");
        $t->send("\003");
        sees($t, qr/\^C\n2026-01-01>\z/, "Ctrl-C clears it: $name");
    }
    $t->send("covered(ore) without U\t");
    sees($t, qr/UGA +UKR +UMI.*\n2026-01-01> covered\(ore\) without U\z/, 'Tab lists what may follow');
    $t->send("\t");
    sees($t, qr/UGA +country +Uganda\n.*\n2026-01-01> covered\(ore\) without U\z/s, 'Tab again says what they are');
    $t->send("\003");
    $t->send("1 + zzz\t");
    sees($t, qr/> 1 \+ zzz\z/, 'what nothing begins with stays');
    $t->send("\003");

    $t->send("1 + \t");
    sees($t, qr/^all .*\nand \d+ more\n2026-01-01> 1 \+\z/ms, 'of more names than the window has room for, the first');
    $t->send("\x0c");
    sees($t, qr/\A2026-01-01> 1 \+ ?\n*\z/, 'Ctrl-L clears the window, and the entry stays');
    $t->send("\003");

    # Entries of several lines
    $t->send("sum(x\rfor x in {1, 2,\r3})\r");
    sees($t, qr/> sum\(x\n\.\.\. for x in \{1, 2,\n\.\.\. 3\}\)\n6\n2026-01-01>\z/, 'input goes on while it is not finished');
    $t->send("\e[A");
    sees($t, qr/6\n2026-01-01> sum\(x\n\.\.\. for x in \{1, 2,\n\.\.\. 3\}\)\z/, 'the entry comes back whole');
    $t->send("\e[A\e[A\x05\x7f\x7f\r");
    sees($t, qr/> sum\(x\n.*\n\.\.\. 3\}\)\z/s, 'the arrow moves within it, and it is still not finished');
    $t->send("\003");
    $t->clear;
    $t->send("## A limit\rlet most = limit * 2\r");
    $t->send(":doc most\r");
    sees($t, qr/let most: quantity\[t\/d\]\n  A limit\n.*^2026-01-01>\z/ms, 'a documentation comment waits for its declaration');

    # The prompt shows the day and the world
    $t->send(":as-of 2027-03-01\r:assume withdraw NLD\r");
    sees($t, qr/^2027-03-01 without NLD>\z/m, 'the prompt shows day and world');
    $t->send(":assume close malacca\r");
    sees($t, qr/^2027-03-01 without NLD; close malacca>\z/m, 'and all that is assumed');
    $t->send(":undo\r");
    sees($t, qr/^2027-03-01 without NLD>\z/m, ':undo moves the world back');
    $t->send(":undo\r:undo\r");
    sees($t, qr/^2026-01-01>\z/m, 'and the day');
    $t->send(":redo\r");
    sees($t, qr/^2027-03-01>\z/m, ':redo moves it again');
    $t->send(":undo\r");

    # Ctrl-C in a long evaluation: the best of several, since the machine may be busy
    my $best = 9;
    for (1 .. 8) {
        $t->clear;
        $t->send("sum(x * y for x in 1..1000000 for y in 1..1000)\r");
        $t->pump(0.1) for 1 .. 3;
        $t->pump(0.1) until $t->{column} == 0;    # Enter has been read
        my $from = time;
        $t->send("\003");
        $t->sees(qr/E0508.*2026-01-01>\z/s, 10) or next;
        $best = time - $from if time - $from < $best;
        last if $best < 0.1;
    }
    cmp_ok($best, '<', 0.1, 'Ctrl-C stops a long evaluation within 100 ms');
    $t->send("limit\r");
    sees($t, qr/^40 t\/yr\n2026-01-01>\z/m, 'and the session goes on');

    # A window that changes, a paste
    $t->resize(50, 50);
    $t->{raw} = '';
    $t->send(":matrix\r");
    sees($t, qr/Critical minerals.*2026-01-01>\z/s, 'after the window has changed');
    my ($widest) = sort { $b <=> $a } map { length s/\e\[[0-9;]*m//gr } split /\r?\n/, $t->{raw} =~ s/\A.*?Coverage//sr;
    cmp_ok($widest, '<=', 50, 'a table fits the window');
    $t->resize(24, 80);
    $t->send("\e[200~" . join('', map { "let v$_ = $_ * 2\n" } 1 .. 1000) . "\e[201~\r");
    sees($t, qr/2026-01-01>\z/, 'a paste of 1,000 lines is read');
    $t->send("v1000 + v1\r");
    sees($t, qr/^2002\n2026-01-01>\z/m, 'as what it says');
    $t->send(":undo\rv1\r");
    sees($t, qr/nothing is named 'v1'.*^2026-01-01>\z/ms, 'and it is one change');
    $t->clear;
    $t->send("\e[200~let p = 1\np + 1\n:type p\nsum(\e[201~\r");
    sees($t, qr/^2\nnumber\n2026-01-01> sum\(\z/m, 'a paste of several things: each is done, and what is not finished waits');
    $t->send("\003");
    $t->send("\e[200~1 + \e]0;title\a\x9b31m\e[201~");
    sees($t, qr/1 \+ \^\[\]0;title\^G\\x9b31m\z/, 'what is pasted cannot act on the terminal');
    $t->send("\003");
    $t->send("\xff\xfe\r1 + 3\r");
    sees($t, qr/^4\n2026-01-01>\z/m, 'invalid text leaves the prompt alive');

    # A file that changes
    Drive::spill("$dir/pact.ent", Drive::slurp("$dir/pact.ent") =~ s/let limit = 40/let limit = 50/r);
    $t->send("limit\r");
    sees($t, qr/^40 t\/yr\n.*pact\.ent has changed; :reload reads it again\n2026-01-01>\z/m, 'a file that changed is noticed, and the draft stays');
    $t->send(":reload\rlimit\r");
    sees($t, qr/^50 t\/yr\n2026-01-01>\z/m, ':reload reads it');
    Drive::spill("$dir/pact.ent", Drive::slurp("$dir/pact.ent") . "let broken =\n");
    $t->clear;
    $t->send(":reload\rlimit\r");
    sees($t, qr/E0101.*^the draft is as it was\n.*^50 t\/yr\n.*2026-01-01>\z/ms, 'one that was broken leaves the draft as it was');
    Drive::spill("$dir/pact.ent", Drive::slurp("$dir/pact.ent") =~ s/let broken =\n//r);

    is("@{ $t->{odd} }", '', 'nothing was sent that a terminal could take for a command of its own');
    $t->send("\004");
    is($t->ended, 0, 'Ctrl-D leaves');
}

# History: written before what is entered is evaluated, and there after kill -9
SKIP: {
    unlink "$dir/state/entente/history";
    my $t = terminal({}, "$dir/pact.ent");
    skip('there are no pseudo-terminals', 1) unless $t;
    $t->sees($prompt);
    $t->send("1 + \\\003" . "let a = {1,\r2}\r");
    $t->sees(qr/2\}\n2026-01-01>\z/);
    $t->send("sum(x for x in 1..1000000000000)\r");
    my $want = "let a = {1,\\n2}\nsum(x for x in 1..1000000000000)\n";
    my $until = time + 60;
    my $there = '';
    while (time < $until && $there ne $want) { $t->pump(0.05); $there = -e "$dir/state/entente/history" ? Drive::slurp("$dir/state/entente/history") : '' }
    is($there, $want, 'an entry is in the history before it is evaluated, one of several lines as one');
    $t->kill('KILL');
    $t->ended;
    is((stat "$dir/state/entente/history")[2] & 07777, 0600, 'for its owner alone');
    open my $torn, '>>', "$dir/state/entente/history";
    print {$torn} 'torn';
    close $torn;
    $t = terminal({}, "$dir/pact.ent");
    $t->sees($prompt);
    $t->send("\e[A");
    sees($t, qr/> sum\(x for x in 1\.\.1000000000000\)\z/, 'after kill -9 it is there');
    $t->send("\e[A");
    sees($t, qr/> let a = \{1,\n\.\.\. 2\}\z/, 'whole');
    $t->send("\003");
    $t->send("7 * 6\r");
    sees($t, qr/^42\n2026-01-01>\z/m, 'and goes on');
    like(Drive::slurp("$dir/state/entente/history"), qr/^7 \* 6\n\z/m, 'on a line of its own after one that was torn');
    $t->send("\022{1\r");
    sees($t, qr/> let a = \{1,\n\.\.\. 2\}\n2026-01-01>\z/, 'Ctrl-R finds an entry');
}

# Colours, and none
SKIP: {
    my $t = terminal({});
    skip('there are no pseudo-terminals', 1) unless $t;
    $t->sees(qr/^entente>\z/);
    $t->send('let x = 12');
    $t->sees(qr/let x = 12\z/);
    like($t->{raw}, qr/\e\[1mlet\e\[0m x = \e\[36m12/, 'words and figures have colours as they are typed');
    $t->{raw} = '';
    $t->send("\rx * 2\r");
    $t->sees(qr/^24$/m);
    like($t->{raw}, qr/\e\[36m24\e\[0m/, 'and values have');
    for my $case (['NO_COLOR', { NO_COLOR => 1 }, 1], ['a terminal that is dumb', { TERM => 'dumb' }, 0]) {
        my ($name, $env, $own) = @$case;
        my $plain = terminal({ env => $env });
        $plain->sees(qr/^entente>\z/);
        $plain->send("let x = 12\rx * 2\r");
        sees($plain, qr/^24\nentente>\z/m, "$name: it works");
        unlike($plain->{raw}, qr/\e\[[0-9;]+m/, "$name: no colour");
        unlike($plain->{raw}, qr/\e/, "$name: no sequence at all") unless $own;
        $plain->send("sum(x\rfor x in {1, 2})\r");
        sees($plain, qr/^3\nentente>\z/m, "$name: entries of several lines");
    }
    my $pager = terminal({ rows => 10, env => { PAGER => 'sed s/^/paged:/' } });
    $pager->sees(qr/^entente>\z/);
    $pager->send(":help\r");
    sees($pager, qr/^paged:stops an evaluation; Ctrl-D leaves.*^entente>\z/ms, 'long output goes through $PAGER');
    $pager->send("1 + 1\r");
    sees($pager, qr/^2\nentente>\z/m, 'short output does not');
    my $none = terminal({ rows => 10, env => { PAGER => '/nonexistent/pager' } });
    $none->sees(qr/^entente>\z/);
    $none->send(":help\r");
    sees($none, qr/Ctrl-D leaves/, 'one that cannot be run loses nothing');
    my $wide = terminal({ columns => 40 });
    $wide->sees(qr/^entente>\z/);
    $wide->send('"' . join(' ', map { "word$_" } 1 .. 30) . "\x{e4}\x{b8}\x{96}" . '"');
    sees($wide, qr/word30\x{e4}\x{b8}\x{96}"\z/, 'a long line takes several rows');
    $wide->send("\001\006X");
    sees($wide, qr/^entente> "Xword1 word2/m, 'and can be edited at its beginning');
}

# The sessions of README.md, key by key: the screen is the block
SKIP: {
    my ($page, %draft, $any) = Drive::slurp('README.md');
    while ($page =~ /^```(\w+)(?: (?:\w+=\S+ )*?(id|in)=(\w+)[^\n]*)\n(.*?)^```/gms) {
        my ($language, $mark, $name, $text) = ($1, $2, $3, $4);
        if ($mark eq 'id') { $draft{$name} = $text; next }
        next unless $language eq 'session';
        Drive::spill("$dir/$name.ent", $draft{$name});
        my $t = terminal({ rows => 60, columns => 120 }, "$dir/$name.ent");
        skip('there are no pseudo-terminals', 1) unless $t;
        my $shown = '';
        for my $line (split /\n/, $text) {
            my ($at, $entry) = $line =~ /^((?:\d{4}-\d\d-\d\d|entente)[^>]*>|\.\.\.) (.*)/;
            if (defined $at) {
                $t->sees(qr/\A\Q$shown$at\E\z/) or last;    # all that came before, too
                $t->send("$entry\r");
            }
            $shown .= "$line\n";
        }
        $t->sees(qr/\Q$shown\E[^>\n]*>\z/);
        is($t->screen =~ s/\n[^\n]*\z/\n/r, $text, "README.md's session");
        $any++;
    }
    ok($any, 'README.md has a session');
}

# A draft with a mistake on the command line: the session begins, and :reload loads it once it is mended
SKIP: {
    Drive::spill("$dir/late.ent", "let a = b\n");
    my $t = terminal({}, "$dir/late.ent");
    skip('there are no pseudo-terminals', 1) unless $t;
    sees($t, qr/E0201.*once it is mended, :reload loads it\nentente>\z/s, 'a draft with a mistake: it is said, and the session begins');
    Drive::spill("$dir/late.ent", "let a = 5\n");
    $t->send(":reload\ra\r");
    sees($t, qr/^5\nentente>\z/m, 'and :reload loads it');
    $t->send(":quit\r");
    is($t->ended, 0, ':quit leaves');
}

# Data files that change are noticed as drafts are; what they say is read anew when the draft changes, or by :reload
SKIP: {
    my $base = Drive::slurp('tests/lang/data/rows.db');
    Drive::spill("$dir/rows.csv", "id,n\na,1\n");
    Drive::spill("$dir/rows.json", '[{"id": "b", "n": 2}]');
    Drive::spill("$dir/rows.db", $base);
    Drive::spill("$dir/rows.ent", <<'END');
table n (id: string): number
data row in "rows.csv" { fact n(row.id) = number(row.n) }
data row in "rows.json" { fact n(row.id) = number(row.n) }
data row in sqlite("rows.db", "select id, 3 as n from m limit 1") { fact n(row.id) = number(row.n) }
END
    my $t = terminal({}, "$dir/rows.ent");
    skip('there are no pseudo-terminals', 1) unless $t;
    $t->sees(qr/^entente> ?\z/m);
    Drive::spill("$dir/rows.csv", "id,n\na,7\n");
    $t->send("n(\"a\")\r");
    sees($t, qr/^1\n.*rows\.csv has changed; :reload reads it again\nentente>\z/m, 'a CSV file that changed is noticed');
    $t->send(":reload\rn(\"a\")\r");
    sees($t, qr/^7\nentente>\z/m, ':reload reads it');
    Drive::spill("$dir/rows.json", '[{"id": "b", "n": 20}]');
    Drive::spill("$dir/rows.db", $base . "\0" x 4096);
    $t->send("n(\"b\")\r");
    sees($t, qr/^2\n.*rows\.json has changed;.*\n.*rows\.db has changed; :reload reads it again\nentente>\z/m, 'so are JSON and a database');
    $t->send("let c = 1\rn(\"b\")\r");
    sees($t, qr/let c = 1\nentente> n\("b"\)\n20\nentente>\z/m, 'a declaration reads data anew, and nothing is told then');
    $t->send(":help reload\r:quit\r");
    is($t->ended, 0, 'and so it ends');
    like($t->screen, qr/:undo does not take it back: what the files said before\n +is gone/, ':help says that :undo does not take back :reload');
}

done_testing();
