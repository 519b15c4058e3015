#!/usr/bin/perl
# How many instructions ten small runs take, counted by valgrind, against tests/bench/instructions.txt: one that takes over 5 % more fails.
# Counts hold for one compiler, C library and set of flags, so with others nothing is compared, which is said and counts as no test.
# UPDATE='why it takes more, or less' prove tests/instructions.t   writes new counts, with that reason where one moved by over 5 %.
use strict;
use warnings;
use Test::More;
require './tests/drive.t';

my $most = 1.05;
my $file = 'tests/bench/instructions.txt';
my $at   = 'build/instructions';
my @runs = (
    ['start, and one expression'  => 'eval', "$at/empty.ent", '1 + 1'],
    ['a small world loaded'       => 'eval', "$at/world.ent", '1'],
    ['the job on it'              => 'eval', "$at/job.ent",   'check_report'],
    ['... without each country'   => 'eval', "$at/job.ent",   'n1_report'],
    ['it laid out anew'           => 'fmt', '--check', "$at/world.ent"],
    ['a rule over its clauses'    => 'eval', "$at/world.ent", 'count(c.from >= 2027-01-01 and c.binding for c in clauses)'],
    ['a pact with one of everything checked' => 'check', 'tests/bench/drafts/pact.ent'],
    ['its findings as JSON'       => 'check', '--format', 'json', 'tests/bench/drafts/pact.ent'],
    ['numbers, lists, maps, calls' => 'eval', 'tests/bench/drafts/loops.ent', '[sums, some, words, found, parts, calls]'],
    ['a hundred mistakes'         => 'check', "$at/wrong.ent"],
);

my %ends = ('a hundred mistakes' => 2, 'it laid out anew' => 1);

# What the counts depend on: the compiler, the C library, and the flags between the standard and the warnings.
sub made_with {
    my $flags = Drive::slurp(($ENV{B} // 'build') . '/flags') =~ /^(\S+) -std=c17 (.*?) -Wall/ ? "$1 $2" : 'unknown flags';
    my ($cc) = $flags =~ /^(\S+)/;
    my ($compiler) = split /\n/, qx($cc --version 2>/dev/null) || 'no compiler';
    my ($libc)     = split /\n/, qx(ldd --version 2>/dev/null) || 'no libc';
    $compiler =~ s/^\S+ //;
    $libc     =~ s/^ldd //;
    return "$flags, $compiler, $libc";
}

sub count {
    my ($name, @args) = @_;
    my $log = "$at/valgrind";
    my $code = Drive::run(@args)->{code};
    return if $code != ($ends{$name} // 0);
    system "valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file=$log $Drive::entente " . join(' ', map { "'$_'" } @args) . ' >/dev/null 2>&1';
    return Drive::slurp($log) =~ /Collected : (\d+)/ ? $1 : undef;
}

my %known;
my $known_with = '';
if (open my $in, '<', $file) {
    while (<$in>) {
        $known_with = $1 if /^# made with (.*)/;
        $known{$3} = [$1, $2] if /^\s*(\d+)  (.*?)  \| (.*)$/;
    }
}
my $with = made_with();
plan skip_all => "NOT COMPARED: counts are of build/entente, and this is $Drive::entente" if $Drive::entente ne 'build/entente';
plan skip_all => 'NOT COMPARED: there is no valgrind' if qx(valgrind --version 2>&1) !~ /^valgrind/;
plan skip_all => "NOT COMPARED: the counts are of $known_with; this is $with" if $with ne $known_with && !$ENV{UPDATE};

mkdir 'build';
mkdir $at;
Drive::spill("$at/empty.ent", '');
Drive::spill("$at/world.ent", Drive::slurp('tests/bench/small/world.ent'));
Drive::spill("$at/job.ent",   Drive::slurp('tests/bench/job.ent'));
Drive::spill("$at/wrong.ent", join '', "use std.units\n", map { "let x$_ = y$_ + 1 t + 1 GWh\n" } 1 .. 100);
my @lines;
for my $run (@runs) {
    my ($name) = @$run;
    my $n = count(@$run);
    my ($was, $why) = @{$known{$name} // [0, '']};
    if (!$ENV{UPDATE}) {
        ok($n && $was && $n <= $was * $most, $name) or diag !$n ? 'it could not be counted, or ended otherwise' : !$was ? "it has no count in $file" : sprintf "%d instructions, %.1f %% over the %d in $file. If that is worth it: UPDATE='why' prove tests/instructions.t", $n, 100 * ($n / $was - 1), $was;
        next;
    }
    die "$name: it could not be counted\n" if !$n;
    my $moved = !$was || $n > $was * $most || $n * $most < $was;
    die "$name: $was became $n: say why, as in UPDATE='rows need no nodes'\n" if $moved && $ENV{UPDATE} eq '1' && $was;
    $why = $ENV{UPDATE} eq '1' ? 'first counted' : $ENV{UPDATE} if $moved;
    push @lines, sprintf "%12d  %s  | %s\n", $n, $why, $name;
}
if ($ENV{UPDATE}) {
    Drive::spill($file, join '', "# Instructions by run: the count, why it is what it is where it last moved by over 5 %, and the run. See tests/instructions.t.\n", "# made with $with\n", @lines);
    ok(1, "$file is written");
}
done_testing();
