#!/usr/bin/perl
# --jobs: whatever the number of processes, the same bytes on both outputs and the same exit code; a process that ends takes one draft with it,
# or, where several work on one draft, nothing.
use strict;
use warnings;
use Test::More;
use File::Path qw(make_path remove_tree);
require './tests/drive.t';

my $at = 'build/jobs';
remove_tree($at);
make_path("$at/all/deep", "$at/none", "$at/fmt", "$at/one");

my %draft = (
    passes    => "check c { require 1 < 2 }\n",
    denied    => "check c { require 2 < 1 else deny \"no: #1\" }\n",
    undecided => "check c { require max(x for x in 1..0) > 1 }\n",
    broken    => "check c { require }\n",
    empty     => "let x = 1\n",
    warned    => "check c { require 2 < 1 else warn \"so be it\" }\n",
    steps     => "check c { require all(all(x + y > 0 for y in 1..200) for x in 1..2000) }\n",
    tested    => "let x = 1\nfn f(): number = 2\ncheck c { require x == 1 }\ntest \"good\" { expect x == 1 }\n",
    failing   => "let x = 1\ntest \"bad <&\\\"\" { expect x == 2 }\n",
    large     => join('', map { "check c$_ { require $_ < 1 }\n" } 1 .. 60),
);
for my $round (1 .. 3) { Drive::spill("$at/all/" . ($round == 2 ? 'deep/' : '') . "$_$round.ent", $draft{$_}) for keys %draft }
symlink '/etc/passwd', "$at/all/link.ent" or die $!;
Drive::spill("$at/none/empty.ent", $draft{empty});
Drive::spill("$at/one/only.ent", $draft{denied});

# The same with 1, 2 and 5 processes.
sub same {
    my ($name, @args) = @_;
    my ($command, @rest) = @args;
    my $one = Drive::run($command, '--jobs', 1, @rest);
    for my $n (2, 5) {
        my $got = Drive::run($command, '--jobs', $n, @rest);
        is($got->{out},  $one->{out},  "$name, --jobs $n: the same output");
        is($got->{err},  $one->{err},  "$name, --jobs $n: the same messages");
        is($got->{code}, $one->{code}, "$name, --jobs $n: the same code");
    }
    return $one;
}

for my $format (qw(text json tap github)) {
    my $got = same("check as $format", 'check', '--format', $format, '--max-steps', '50K', "$at/all", "$at/nowhere", "$at/none", "$at/all/denied1.ent");
    is($got->{code}, 2, '... which is that of the worst');
    like($got->{out} . $got->{err}, qr/no: .*1/, '... and findings are there');
    same("check as $format, little output", 'check', '--format', $format, '--max-output', 1500, '--max-steps', '50K', "$at/all");
}
for my $format (qw(tap junit text)) {
    my $got = same("test as $format", 'test', '--max-steps', '50K', '--format', $format, '--coverage', "$at/all");
    is($got->{code}, 2, '... which is that of the worst');
}
my $reach = same('what the tests of all reach', 'test', '--threshold', '100', map { "$at/all/tested$_.ent" } 1, 3);
like($reach->{out}, qr/coverage of all drafts: /, 'is summed');
is($reach->{code}, 1, '... and held against --threshold');
is(same('tests that no title takes', 'test', '--run', 'nothing', map { "$at/all/tested$_.ent" } 1, 3)->{code}, 3, '... are undecided');
is(same('a folder with nothing to ask', 'check', "$at/none")->{code}, 3, '... is undecided');
is(same('one draft', 'check', "$at/one/only.ent")->{code}, 1, '... as ever');
like(same('colours', 'check', '--color', 'always', "$at/all/broken1.ent", "$at/all/denied1.ent")->{err}, qr/\e\[/, '... stay');

# fmt: texts, names, differences; files are written by one process alone, and a file named twice is laid out once.
my $ugly = "let   x=1 # one\nlet y =\n  2\n";
sub fresh { Drive::spill("$at/fmt/f$_.ent", "$ugly# $_\n") for 1 .. 9; Drive::spill("$at/fmt/f5.ent", "let =\n"); }
for my $how ([], ['-l'], ['-d'], ['--check']) {
    fresh();
    same("fmt @$how", 'fmt', @$how, "$at/fmt");
}
my %written;
for my $n (1, 2, 5) {
    fresh();
    my $got = Drive::run('fmt', '--jobs', $n, '-l', '-w', "$at/fmt", "$at/fmt/f1.ent", "$at/fmt/f1.ent");
    is(() = $got->{out} =~ /f1\.ent/g, 1, "fmt -l -w --jobs $n: a file named three times differs once");
    is($got->{code}, 2, '... one with mistakes is told');
    $written{$n} = join "\0", $got->{out}, $got->{err}, map { Drive::slurp("$at/fmt/f$_.ent") } 1 .. 9;
    unlike($written{$n}, qr/x=1/, '... the others are laid out');
}
is($written{$_}, $written{1}, "fmt -w --jobs $_: the same files") for 2, 5;

sub ended { my ($shell) = @_; my $out = `$shell`; return ($? >> 8, $out) }

# Where no process can be started, or one only, all is done by those that there are.
{
    my $one = Drive::run('check', '--jobs', 1, "$at/all");
    for my $files (5, 7) {
        my $err = "$at/few.err";
        my ($code, $out) = ended("exec 2>$err; ulimit -n $files; exec $Drive::entente check --jobs 3 $at/all");
        is($out,               $one->{out},  "$files files open at once: the same output");
        is(Drive::slurp($err), $one->{err},  '... the same messages');
        is($code,              $one->{code}, '... the same code');
    }
}

# Output that cannot be written, a reader that goes away, an interruption: no process stays behind.
my ($code) = ended("$Drive::entente check --jobs 2 $at/all >/dev/full 2>$at/err");
is($code, 2, '/dev/full is told');
like(Drive::slurp("$at/err"), qr/output cannot be written/, '... in words');
my (undef, $out) = ended("{ $Drive::entente check --jobs 2 --format json $at/all 2>/dev/null; echo \$? >$at/code; } | head -c 10");
is(length $out, 10, 'a reader may go away');
like(Drive::slurp("$at/code"), qr/^2$/m, '... and the code says so');

# A process of a draft that is ended: that draft is a fault with its name, the rest has its reports.
sub stat_of { my ($pid) = @_; open my $in, '<', "/proc/$pid/stat" or return ('Z', 0); return <$in> =~ /\) (\S) (\d+)/ }
sub children { my ($of) = @_; return grep { (stat_of($_))[1] == $of } map { m{(\d+)$} } glob '/proc/[0-9]*' }
sub while_running {
    my ($do, @args) = @_;
    my $pid = fork() // die;
    if (!$pid) {
        open STDOUT, '>', "$at/out";
        open STDERR, '>', "$at/err";
        exec $Drive::entente, @args or die;
    }
    my @children;
    for (1 .. 400) { @children = children($pid); last if @children == 2; select undef, undef, undef, 0.02 }
    select undef, undef, undef, 0.3;
    $do->($pid, @children);
    waitpid $pid, 0;
    my $status = $?;
    my @left = grep { (stat_of($_))[0] ne 'Z' } @children;   # who is to collect an orphan is not ours to say
    return ($status, scalar @children, \@left);
}
my $long = "check c { require all(all(all(x + y + z > 0 for z in 1..2000) for y in 1..2000) for x in 1..2000) }\n";
Drive::spill("$at/one/$_.ent", $long) for 'a', 'b';
{
    my @long = ("$at/one/a.ent", "$at/one/b.ent", "$at/all/denied1.ent");
    my ($status, $n, $left) = while_running(sub { shift; kill KILL => @_ }, 'check', '--jobs', 2, @long);
    is($n, 2, 'two processes');
    is($status >> 8, 70, 'one that is ended is a fault');
    my $err = Drive::slurp("$at/err");
    like($err, qr/^entente: \Q$at\E\/one\/$_\.ent: its process was ended by signal 9/m, "... of a draft with a name: $_") for 'a', 'b';
    like(Drive::slurp("$at/out"), qr/denied1/, '... and the next draft has its report');
    ($status, $n, $left) = while_running(sub { kill INT => shift }, 'check', '--jobs', 2, @long);
    is($status >> 8, 2, 'Ctrl-C ends the run');
    is(@$left, 0, '... and its processes');
    ($status, $n, $left) = while_running(sub { kill KILL => shift; select undef, undef, undef, 0.3 }, 'check', '--jobs', 2, @long);
    is(@$left, 0, 'they do not outlive it, whatever ends it');
}

# ---- several on one draft ----

# The same bytes for any number, when what can be divided is from its first step on. `Drive::run` reads standard output and error.
sub one_draft {
    my ($name, $command, @rest) = @_;
    my $one = Drive::run($command, '--jobs', 1, @rest);
    my @other = grep { my $got = Drive::run($command, '--jobs', $_, '--jobs-after', 0, @rest); join("\0", %$got{qw(code out err)}) ne join("\0", %$one{qw(code out err)}) } 2, 3, 8;
    is("@other", '', "$name: the same from 1, 2, 3 and 8 processes");
    return $one;
}
for my $path (glob('examples/*/*.ent'), glob('tests/lang/*.ent tests/lang/library/*.ent')) {
    one_draft($path, 'check', '--format', $path =~ /[aeiou]\.ent/ ? 'text' : 'json', $path);
    one_draft("$path, its tests", 'test', $path) if Drive::slurp($path) =~ /^test "/m;
}
for my $format (qw(text json tap github)) { one_draft("as $format", 'check', '--format', $format, 'examples/ergi/ergi.ent') }
one_draft('a folder with one draft', 'check', "$at/one/only.ent");
one_draft('the engine\'s own findings', 'check', '--as-of', '2027-02-01', 'examples/controls/controls.ent');
one_draft('functions from outside', 'check', 'examples/extern/shortfall.ent');
one_draft('coverage of tests', 'test', '--coverage', "$at/all/tested1.ent");
Drive::spill("$at/one/tests.ent", "fn odd(x: number): bool = x mod 2 == 1\n" . join('', map { "test \"t$_\" { expect odd($_) expect [1, 2][$_] == $_ expect 1 / ($_ - 7) > 0 }\n" } 1 .. 30));
is(one_draft('tests that fail, are unknown or cannot be run', 'test', '--format', $_, "$at/one/tests.ent")->{code}, 1, '... fail') for qw(tap text junit);

# Limits, and mistakes that only a run finds: what one process says, which is asked when the others come near or fall.
my $wide = "$at/one/wide.ent";
Drive::spill($wide, "let all = 1..300\nfn f(x: number): number = sum(x * y mod 11 for y in 1..60 where y mod 7 > 0)\n"
    . "check wide for x in all for y in 1..4 { require f(x) > y else deny \"{x}, {y}: {f(x)}\" require f(x) != f(7) + y - 1 else warn \"{x}\" }\n"
    . "check apart { require f(3) == 1 }\ncheck more for x in 1..40 { require f(x) < 0 }\n");
is(one_draft('a check of many bindings', 'check', $wide)->{code}, 1, '... has findings');
my %said;
for my $n (1, 4, 9, 20, 60, 80, 100, 120, 140, 200, 400, 1000, 4000) { $said{ one_draft("--max-steps ${n}K", 'check', '--max-steps', "${n}K", $wide)->{code} } = 1 }
is(join(' ', sort keys %said), '1 2', '... some of them too few, some enough');
one_draft("--max-output $_", 'check', '--max-output', $_, $wide) for 500, 5000;
one_draft("--max-memory $_", 'check', '--max-memory', $_, $wide) for '2M', '3M', '8M';
Drive::spill("$at/one/falls.ent", "fn f(x: number): number = 10 ^ (x * 4_000)\ncheck falls for x in 1..80 { require f(x) != 3 }\n");
one_draft('a run that fails', 'check', "$at/one/falls.ent");
one_draft("eval $_", 'eval', $wide, $_, '1 + 1') for 'sum(x * x + 1 for x in 1..5000)', '[1 / (x - 900) for x in 1..2000]', 'max(x * 3 for x in all)', 'sum(10 ^ (x / 20) for x in 1..900)';
one_draft('eval to its last step', 'eval', '--max-steps', "${_}K", $wide, 'sum(x * x + 1 for x in 1..5000)', 'sum(x * x + 2 for x in 1..5000)', 'f(3)') for 5, 9, 11, 13, 16, 22, 30, 50;

# It is divided at all, a process of it that is ended changes nothing, and none stays behind.
my $slow = "$at/one/slow.ent";
Drive::spill($slow, "check slow for x in 1..900 { require sum(sum(len([x, y, z]) for z in 1..100) for y in 1..200) != 7 }\n");
{
    my $alone = Drive::run('check', $slow);
    for my $how (['nothing'], ['one that is killed', 'KILL', 1], ['all that are killed', 'KILL', 1, 2]) {
        my ($name, $signal, @which) = @$how;
        my ($status, $n, $left) = while_running(sub { $signal and kill $signal => @_[@which] }, 'check', '--jobs', 2, $slow);
        is($n, 2, "one draft, $name: two processes");
        is($status >> 8, $alone->{code}, '... the code');
        is(Drive::slurp("$at/out") . Drive::slurp("$at/err"), $alone->{out} . $alone->{err}, '... and what is said, as ever');
        is(@$left, 0, '... and none stays');
    }
    my ($status, $n, $left) = while_running(sub { kill INT => shift }, 'check', '--jobs', 2, $slow);
    is($status >> 8, 2, 'Ctrl-C ends it');
    is(@$left, 0, '... and its processes');
    ($status, $n, $left) = while_running(sub { kill KILL => shift; select undef, undef, undef, 0.3 }, 'check', '--jobs', 2, $slow);
    is(@$left, 0, 'they do not outlive it');
}
is(Drive::run('check', '--jobs', 2, '--jobs-after', 'soon', $slow)->{code}, 64, '--jobs-after wants a number');

for my $wrong ('0', '257', 'many', '') {
    my $got = Drive::run('check', "--jobs=$wrong", "$at/one/only.ent");
    is($got->{code}, 64, "--jobs=$wrong is no number of processes");
    like($got->{err}, qr/--jobs wants a number from 1 to 256, or auto/, '... which is said');
}
# What a finding rests on is counted once each, however often it was read: how often depends on who judged what before.
Drive::spill("$at/one/rests.ent", join '', "use std.units\nlayer l\nresource r { unit: t/yr layer: l }\n", (map { "country c$_\n" } 0 .. 99), "agreement a {\n  parties: {c0",
    (map { ", c$_" } 1 .. 99), "}\n  term: 2026-01-01..2026-12-31\n", (map { "  clause k$_: c" . $_ % 100 . " shall supply 1 t/yr of r\n" } 1 .. 3000), "}\n",
    "fn all_of(x: country): quantity = sum(committed(c, r) for c in suppliers(r) where c != x)\ncheck much for x in countries { require all_of(x) + all_of(x) * 2 > 9_000 t/yr }\n");
one_draft('what is read often is counted once', 'check', "$at/one/rests.ent");
my @more = Drive::run('check', "$at/one/rests.ent")->{out} =~ /\.\.\. and (\d+) more/g;
ok(@more && !(grep { $_ > 3200 } @more), 'no finding rests on more facts than the draft has');

# What a divided loop came to is remembered for as long as all of its pieces hold: the first of them asks about what never changes.
Drive::spill("$at/one/pieces.ent", <<'END');
use std.units
layer l
resource calm { unit: t/yr layer: l }
resource busy { unit: t/yr layer: l }
country A
demand calm: 1 t/yr
demand busy: 3 t/yr until 2026-07-01
demand busy: 5 t/yr from 2026-07-01
agreement a { parties: {A}  term: 2026-01-01..2026-12-31 }
let goods = [calm, busy]
let parts = sum(needed(goods[if i < 300 then 1 else 2]) for i in 1..1490)
let most = max(needed(goods[if i < 300 then 1 else 2]) for i in 1..1490)
END
one_draft('pieces that rest on other days', 'eval', "$at/one/pieces.ent", '[(parts at 2026-06-30), (parts at 2026-07-01), (most at 2026-06-30), (most at 2026-07-01)]');
is(Drive::run('eval', '--jobs', 3, '--jobs-after', 0, "$at/one/pieces.ent", '[(parts at 2026-06-30), (parts at 2026-07-01), (most at 2026-06-30), (most at 2026-07-01)]')->{out}, "[3872 t/yr, 6254 t/yr, 3 t/yr, 5 t/yr]\n", '... are all rested on');

is(Drive::run('check', '--jobs', 'auto', "$at/all/passes1.ent", "$at/all/passes3.ent")->{code}, 0, '--jobs auto');
done_testing();
