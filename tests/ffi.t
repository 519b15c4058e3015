#!/usr/bin/perl
# Functions from outside: every type, the gate, what they may not do, and that loops which gather calls give what calls one
# by one do. The libraries are in tests/ffi, built here. `prove tests/ffi.t :: gate` runs one part.
use strict;
use warnings;
use Test::More;
use Time::HiRes 'time';
require './tests/drive.t';

my $dir = 'build/ffi';
my $cc  = $ENV{CC} || 'cc';
mkdir 'build'; mkdir $dir;
for (['friend', ''], ['kernel', '-D_GNU_SOURCE'], ['hostile', ''], ['harm_at_load', ''], ['harm_at_load', '-DLOOP', 'loop_at_load']) {
    my ($name, $flags, $as) = @$_;
    my $to = "$dir/lib" . ($as // $name) . '.so';
    system("$cc -w -O1 -fPIC -shared -pthread $flags -o $to tests/ffi/$name.c -lm") == 0 or BAIL_OUT("tests/ffi/$name.c does not compile");
}
$ENV{LD_LIBRARY_PATH} = $dir;
my $asan = `objdump -T $Drive::entente 2>/dev/null` =~ /__asan/ || $Drive::entente =~ /asan/;
my @parts = @ARGV ? @ARGV : ('types', 'gate', 'harm', 'gather', -e "$Drive::entente-ffi" ? 'apart' : (), $asan ? () : 'kernel');    # ASan lets nothing be loaded before it
{ no strict 'refs'; &{"part_$_"}() for @parts }
done_testing();

# The exit code and all that is said of expressions in a draft.
sub ask {
    my ($text, $args, @expr) = @_;
    Drive::spill("$dir/draft.ent", $text);
    return Drive::run('eval', @$args, "$dir/draft.ent", @expr);
}
sub gives {
    my ($text, $args, $expr, $want, $name) = @_;
    my $got = ask($text, $args, $expr);
    ok($got->{code} == 0 && $got->{out} eq "$want\n", $name // $expr) or Drive::show($got);
}
sub says {
    my ($text, $args, $expr, $code, $words, $name) = @_;
    my $got = ask($text, $args, $expr);
    ok($got->{code} == 2 && $got->{out} eq '' && $got->{err} =~ /^error\[$code\]: .*\Q$words\E/m, $name // $expr) or Drive::show($got);
}

my $friend;
BEGIN { $friend = <<'ENT' }
use std.units
use std.countries
extern fn num(x: number): number from "libfriend.so" as "number"
extern fn tenth(): number from "libfriend.so"
extern fn tiny(): number from "libfriend.so"
extern fn huge(): number from "libfriend.so"
extern fn truth(b: bool): bool from "libfriend.so"
extern fn tomorrow(d: date): date from "libfriend.so" as "day"
extern fn echo(s: string): string from "libfriend.so"
extern fn all_of(a: number, s: string, b: bool, d: date, c: country, q: quantity[kg/yr]): string from "libfriend.so" as "all"
extern fn mass(q: quantity[kg]): quantity[t] from "libfriend.so" as "number"
extern fn eight(a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number): number from "libfriend.so"
extern fn tick(x: number): number from "libfriend.so" as "count"
extern fn root(x: number): number from "libm.so.6" as "sqrt"
extern fn power(x: number, y: number): number from "libm.so.6" as "pow"
ENT

sub part_types {
    for my $how ([], ['--ffi-in-process']) {
        my @allow = (@$how, '--allow-ffi', 'libfriend.so', '--allow-ffi', 'libm.so.6');
        my $is = sub { gives($friend, \@allow, @_[0, 1], "@$how $_[0]") };
        $is->('root(2)^2 - 2 < 0.000001', 'true');
        $is->('power(2, 10)', '1024');
        $is->('num(0.1) == 0.1', 'true');
        $is->('tenth() == 0.1', 'true');
        $is->('tiny() == 1/10^300', 'true');
        $is->('huge() == 10^300', 'true');
        $is->('num(-12.5)', '-12.5');
        $is->('num(123456789.9876543) == 123456789.9876543', 'true');
        $is->('[truth(true), truth(false)]', '[true, false]');
        $is->('tomorrow(2024-02-28)', '2024-02-29');
        $is->('tomorrow(0001-01-01)', '0001-01-02');
        $is->("echo(\"h\x{c3}\x{a9} {1 + 1}\")", "<h\x{c3}\x{a9} 2>");
        $is->('all_of(1/8, "x", true, 1970-01-11, JPN, 2 t/yr)', '0.125|x|1|10|JPN|2000.0');
        $is->('mass(3 t)', '3000 t');
        $is->('eight(1, 2, 3, 4, 5, 6, 7, 8)', '87_654_321');
        $is->('[tick(1), tick(1), tick(2), tick(1)]', '[1, 1, 2, 1]');    # once for the same arguments
        $is->('known(root(number("W")))', 'false');
        $is->('known(root(between(1, 2)))', 'false');
    }
    my @allow = ('--allow-ffi', 'libfriend.so');
    my $got = ask($friend, \@allow, 'num(number("W")) + 1');
    ok($got->{code} == 3 && $got->{out} =~ /^unknown: .*no number/, 'an unknown argument, an unknown result, for the same reason') or Drive::show($got);
    says($friend, \@allow, 'tomorrow(9999-12-31)', 'E0428', 'a day outside the years 1 to 9999');
    says($friend, \@allow, 'tomorrow(open)', 'E0429', "'open' is no day");
    says($friend, \@allow, 'num(10^400)', 'E0429', 'larger than any double');
    says($friend, \@allow, 'echo("a\u{0}b")', 'E0429', 'zero byte') if ask('', [], '"a\u{0}b"')->{code} == 0;
    Drive::spill("$dir/lossy.ent", $friend . "let third = num(1/3)\nlet more = [num(2/3), num(0.5), num(1/7)]\ncheck c { require third > 0 and len(more) == 3 }\n");
    $got = Drive::run('check', @allow, "$dir/lossy.ent");
    my @lossy = grep { $_->{code} eq 'W0610' } Drive::diagnostics($got->{out});
    ok($got->{code} == 0 && @lossy == 1 && $lossy[0]{line} == 16 && $lossy[0]{col} == 13, 'a number that a double does not hold is a warning, once, at the call') or Drive::show($got);
}

sub part_gate {
    my $closed = sub {
        my ($args, $words, $name) = @_;
        says($friend, $args, 'root(4)', 'E0425', "'root' is sqrt of libm.so.6", $name);
        my $got = ask($friend, $args, 'root(4)');
        like($got->{err}, qr/--allow-ffi libm\.so\.6:sqrt$/m, "$name: what to type");
    };
    $closed->([], '', 'nothing is allowed');
    $closed->(['--allow-ffi', 'libm.so.6:root'], '', "the draft's own name for it opens nothing");
    $closed->(['--allow-ffi', 'libm.so.6:sqrtf'], '', 'another function');
    $closed->(['--allow-ffi', 'libm.so'], '', 'another library');
    $closed->(['--ffi-in-process'], '', 'to be in process is no permission');
    gives($friend, ['--allow-ffi', $_], 'root(4)', '2', "allowed: $_") for 'libm.so.6', 'libm.so.6:sqrt';
    gives("extern fn one(x: number): number from \"./build/ffi/../ffi/libfriend.so\" as \"number\"\n", ['--allow-ffi', "$dir/libfriend.so:number"], 'one(1)', '1', 'a path is the file that it leads to');
    says("extern fn one(x: number): number from \"./build/ffi/libfriend.so\" as \"number\"\n", ['--allow-ffi', 'libfriend.so'], 'one(1)', 'E0425', 'nothing allows', 'a path is not the name');
    Drive::spill("$dir/other.ent", "# entente: --allow-ffi libm.so.6\nextern fn innocent(x: number): number from \"libm.so.6\" as \"sqrt\"\n");
    my $got = ask("# test-args: --allow-ffi libm.so.6\nuse \"other.ent\" as o\nfn f(x: number): number = o.innocent(x)\n", ['--allow-ffi', 'libm.so.6:cos'], 'f(4)');
    ok($got->{code} == 2 && $got->{err} =~ /E0425.*'innocent' is sqrt/, 'importing gets nobody round it') or Drive::show($got);
    says("extern fn f(x: number): number from \"libno.so\"\n", ['--allow-ffi', 'libno.so'], 'f(1)', 'E0426', 'libno.so, cannot be loaded', 'a missing library');
    says("extern fn f(x: number): number from \"libno.so\"\n", ['--allow-ffi', 'libno.so'], 'f(1)', 'E0426', "LD_LIBRARY_PATH ($dir)", '... and where it was looked for');
    says("extern fn f(x: number): number from \"./no/libno.so\"\n", ['--allow-ffi', './no/libno.so'], 'f(1)', 'E0426', './no/libno.so', 'a missing path');
    says("extern fn f(x: number): number from \"libm.so.6\"\n", ['--allow-ffi', 'libm.so.6'], 'f(1)', 'E0426', 'no function f in it', 'a missing function');
    Drive::spill("$dir/unused.ent", $friend . "check c { require true }\n");
    is(Drive::run('check', "$dir/unused.ent")->{code}, 0, 'what is not called needs no permission');
}

sub part_harm {
    my (@names) = qw(gives_up crashes never_ends sleeps leaves forks spawns becomes calls_home kills hoards closes chatters lies floods nan_ infinite threads thread_bomb no_more_than);
    my $draft = join '', map("extern fn $_(x: number): number from \"libhostile.so\"\n", @names),
      map("extern fn $_(x: string): number from \"libhostile.so\"\n", qw(writes reads removes)),
      map("extern fn $_(x: number): string from \"libhostile.so\"\n", qw(garbage nothing endless wild)),
      "extern fn far(x: number): date from \"libhostile.so\"\n";
    my @allow = ('--allow-ffi', 'libhostile.so');
    my $ends = sub {
        my ($expr, $code, $words, @args) = @_;
        my $from = time;
        my $got  = ask($draft, [@allow, @args], $expr, '1 + 1');
        my ($name) = $expr =~ /(\w+)\(/;
        ok($got->{code} == 2 && $got->{out} eq "2\n" && $got->{err} =~ /^error\[$code\]: '$name', $name of libhostile\.so, .*$words/m, "$expr ends in $code, and the program goes on") or Drive::show($got);
        return time - $from;
    };
    $ends->('gives_up(1)', 'E0427', 'abort');
    $ends->('crashes(1)', 'E0427', $asan ? '' : 'segmentation fault');
    $ends->('wild(1)', 'E0427', $asan ? '' : 'segmentation fault');
    my $took = $ends->('never_ends(1)', 'E0427', 'took more than 5 seconds');
    ok($took < 10, 'within ten seconds unless told otherwise') or diag("$took seconds");
    $took = $ends->('sleeps(1)', 'E0427', 'took more than 1 seconds', '--ffi-time', 1);
    ok($took < 4, '... and within a second when told so') or diag("$took seconds");
    $ends->('leaves(0)', 'E0427', $asan ? '' : 'ended its process with code 0');    # ASan looks for leaks with a process of its own
    $ends->('leaves(3)', 'E0427', $asan ? '' : 'ended its process with code 3');
    $ends->("$_(1)", 'E0427', 'to start a process') for qw(forks spawns becomes calls_home kills);
    $ends->('hoards(1)', 'E0427', 'abort') unless $asan;    # ASan maps terabytes, so that limit is off under it
    $ends->('thread_bomb(1)', 'E0427', '') unless $asan;
    $ends->('closes(1)', 'E0427', '');
    $ends->("$_(1)", 'E0427', '') for qw(chatters lies floods);
    unlink "$dir/written";
    Drive::spill("$dir/kept", 'x');
    $ends->("writes(\"$dir/written\")", 'E0427', 'tried to write');
    $ends->("removes(\"$dir/kept\")", 'E0427', 'tried to write');
    ok(!-e "$dir/written" && -e "$dir/kept", 'nothing was written and nothing removed');
    gives($draft, \@allow, "reads(\"/etc/passwd\")", '-1', 'no file can be read');
    $ends->('nan_(1)',      'E0428', 'NaN');
    $ends->('infinite(1)',  'E0428', 'infinity');
    $ends->('infinite(-1)', 'E0428', 'minus infinity');
    $ends->('garbage(1)',   'E0428', 'not UTF-8');
    $ends->('nothing(1)',   'E0428', 'no text');
    $ends->('endless(1)',   'E0428', 'more than 1 MiB');
    $ends->('far(1)',       'E0428', 'years 1 to 9999');
    gives($draft, \@allow, 'threads(7)', '7', 'a thread may run');
    my $got = ask($draft, \@allow, 'sum(no_more_than(x) for x in 1..100)');
    ok($got->{code} == 2 && $got->{err} =~ /E0427.*no_more_than.*abort/, 'a crash in the middle of many') or Drive::show($got);
    gives($draft, \@allow, 'any(no_more_than(x) > 2 for x in 1..100)', 'true', 'what any does not need is not asked');
    gives($draft, \@allow, 'sum(if x > 3 then 0 else no_more_than(x) for x in 1..100)', '6', 'nor what a condition leaves out');
    for (['harm_at_load', 'to start a process'], ['loop_at_load', 'took more than 1 seconds']) {
        my ($lib, $words) = @$_;
        says("extern fn one(): number from \"lib$lib.so\"\n", ['--allow-ffi', "lib$lib.so", '--ffi-time', 1], 'one()', 'E0427', $words, $lib);
    }
    ok(!-e "$dir/written", 'nothing was written at load');
my $full = Cwd::abs_path($dir);
    is(join(' ', grep { my $maps = eval { Drive::slurp($_) } // ''; $maps =~ m{\Q$full\E/lib} } glob '/proc/[0-9]*/maps'), '', 'no process is left behind');
}

# Drafts whose loops gather, asked with calls gathered and one by one: the same values.
sub part_gather {
    my $draft = $friend . <<'ENT';
fn both(x: number): number = tenfold(root(x * x))
fn tenfold(x: number): number = num(x) * 10
layer energy "Energy"
resource a "A" { layer: energy unit: t/yr }
resource b "B" { layer: energy unit: t/yr requires: { a } }
resource c "C" { layer: energy unit: t/yr requires: { b } }
rule far_from(r: resource, i: resource) = i in inputs(r) or any(far_from(j, i) for j in inputs(r) where num(len(inputs(j))) >= 0)
agreement deal { parties: {USA, JPN}  term: 2026-01-01..2026-12-31
  clause c1: USA shall supply 5 t/yr of a from 2026-07-01 }
ENT
    my @allow = ('--allow-ffi', 'libfriend.so', '--allow-ffi', 'libm.so.6');
    my @exprs = (
        'sum(both(x) for x in 1..500)', '[both(x) for x in 1..20 where num(x) mod 2 == 0]', '{x: root(x * x) for x in 1..50}',
        'sum(sum(num(x * 100 + y) for y in 1..x) for x in 1..30)', 'max(num(x) for x in [3, 9, 2])', 'count(num(x) > 2 for x in 1..9)',
        '{num(x mod 3) for x in 1..30}', 'sum(num(x) for x in 1..20 for y in 1..num(x) where y > 2)', 'all(num(x) < 5 for x in 1..4)',
        'sum(if any(num(x + y) > 4 for y in 1..3) then 1 else 0 for x in 1..5)', '[far_from(r, i) for r in resources for i in resources]',
        'sum(num(x) for x in [num(y) for y in 1..5])', '[spans(num(len(suppliers(r))) > 0) for r in resources]',
        'sum((num(len(suppliers(r)) + x) at 2026-08-01) for r in resources for x in 1..3)', '[x for x in 1..9 where known(root(number("W")))]',
        'sum(num(sum(both(y) for y in 1..3) + x) for x in 1..4)', '[(num(len(suppliers(a))) without p) for p in parties]',
        '{p: num(len(suppliers(a)) + x) for p in parties for x in 1..2}', 'min(num(x) for x in 1..0) ?? 4');
    my ($one, $many) = map { ask($draft, [@allow, @$_], @exprs) } ['--ffi-in-process'], [];
    my @one = split /\n/, $one->{out};
    my @many = split /\n/, $many->{out};
    is($one->{code}, 0, 'all can be asked one by one') or Drive::show($one);
    is($many->{code}, 0, '... and gathered') or Drive::show($many);
    is($many[$_], $one[$_], $exprs[$_]) for 0 .. $#exprs;
    Drive::spill("$dir/tests.ent", $draft . "test \"t\" { expect sum(num(x) for x in [num(y) for y in 1..3]) == 7 }\ncheck k for r in resources { require sum(num(x) for x in 1..3) < 5 + num(year(2026-01-01) - 2026) }\n");
    for my $what ('test', 'check') {
        my ($a, $b) = map { Drive::run($what, @allow, @$_, "$dir/tests.ent") } ['--ffi-in-process'], [];
        ok($a->{code} == 1 && $a->{out} eq $b->{out}, "$what says the same both ways") or do { Drive::show($a); Drive::show($b) };
    }
}

# A program that shares nothing with others cannot load libraries, and has entente-ffi do it.
sub part_apart {
    my $copy = "$dir/apart";
    mkdir $copy;
    unlink "$copy/entente-ffi";
    system('cp', $Drive::entente, "$copy/entente") == 0 or BAIL_OUT('it cannot be copied');
    my @allow = ('--allow-ffi', 'libm.so.6');
    my $draft = "extern fn root(x: number): number from \"libm.so.6\" as \"sqrt\"\n";
    {
        local $Drive::entente = "$copy/entente";
        says($draft, \@allow, 'root(4)', 'E0426', 'entente-ffi, which is built beside this one', 'without entente-ffi beside it no library is loaded');
        says($draft, ['--ffi-in-process', @allow], 'root(4)', 'E0426', 'entente-ffi, which is built beside this one', '... nor in this process');
        says($draft, [], 'root(4)', 'E0425', 'nothing allows that here', '... and the gate is as it is');
    }
    local $Drive::entente = "$Drive::entente-ffi";
    gives($draft, \@allow, 'root(4)', '2', 'entente-ffi is the same program');
}

# Kernels that lack something: never a silent weakening.
sub part_kernel {
    local $ENV{LD_PRELOAD} = "$dir/libkernel.so";
    my $draft = "extern fn root(x: number): number from \"libm.so.6\" as \"sqrt\"\nextern fn writes(x: string): number from \"libhostile.so\"\n";
    my @allow = ('--allow-ffi', 'libm.so.6', '--allow-ffi', 'libhostile.so');
    gives($draft, \@allow, 'root(4)', '2', 'a kernel that has all');
    {
        local $ENV{NO_SECCOMP} = 1;
        says($draft, \@allow, 'root(4)', 'E0430', 'seccomp', 'without seccomp nothing is called');
        gives($draft, [@allow, '--ffi-in-process'], 'root(4)', '2', '... but where the library is trusted');
    }
    local $ENV{NO_LANDLOCK} = 1;
    my $got = ask($draft, \@allow, 'root(4)', 'root(9)');
    ok($got->{code} == 0 && $got->{out} eq "2\n3\n" && $got->{err} =~ /^entente: note: this kernel has no Landlock;/ && $got->{err} !~ /note.*note/s, 'without Landlock there is a note, once') or Drive::show($got);
    $got = ask($draft, \@allow, "writes(\"$dir/written\")");
    ok($got->{code} == 2 && $got->{err} =~ /E0427.*tried to write/ && !-e "$dir/written", '... and the filter holds') or Drive::show($got);
}
