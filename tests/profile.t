#!/usr/bin/perl
# --profile: steps are the same in every run and sum to the whole; the report, its code and what is standard output do not change. Times are
# there, and are not compared.
use strict;
use warnings;
use Test::More;
use File::Path qw(make_path remove_tree);
require './tests/drive.t';

my $at = 'build/profile';
remove_tree($at);
make_path($at);
Drive::spill("$at/rows.csv", "who,share\nNLD,60\nJPN,40\n");
Drive::spill("$at/a.ent", <<'ENT');
use std.countries use std.units
layer minerals "M"
resource ore "Ore" { layer: minerals, unit: t }
supply ore { NLD: 70 t, JPN: 30 t }
fn twice(x: number): number = 2 * x
fn four(x: number): number = twice(twice(x))
rule down(c: country) = c == JPN or (c == NLD and down(JPN))
let base = 10
rule even(c: country) = share(c, ore) > 50%
data x in "rows.csv" { demand ore { @x.who: number(x.share) * 1 t } }
agreement pact "P" {
  term: 2027-01-01..2027-12-31
  parties: {NLD, JPN}
  clause a: NLD shall supply ((base + base) * 1 t) of ore
}
check sums { require four(3) + base == 22 }
check deep { require down(NLD) }
check rules { require even(NLD) and not even(JPN) }
check again { require even(NLD) }
check lost { require four(1) == 5 }
ENT
my $draft = "$at/a.ent";
my $plain = Drive::run('check', $draft);
isnt($plain->{code}, 2, 'the draft is judged') or Drive::show($plain);

my $table = Drive::run('check', '--profile', $draft);
is($table->{out}, $plain->{out}, 'the report is the same');
is($table->{code}, $plain->{code}, '... and the code');
my ($all) = $table->{err} =~ /^profile: \Q$draft\E, ([\d_]+) steps, [\d_.]+ ms$/m or diag $table->{err};
$all =~ tr/_//d;
# kind and name -> [own steps, steps, runs]
my %row;
while ($table->{err} =~ /^\s*([\d_.]+)\s+([\d_.]+)\s+([\d_]+)\s+([\d_]+)\s+([\d_]+)  (.*)$/mg) {
    my ($own, $with, $runs, $name) = ($3, $4, $5, $6);
    tr/_//d for $own, $with, $runs;
    $row{$name} = [$own, $with, $runs];
}
my $sum = 0;
$sum += $_->[0] for values %row;
SKIP: {
    skip 'the table is cut', 1 if $table->{err} =~ /^and \d+ more/m;
    is($sum, $all, 'own steps sum to the whole');
}
is($row{"fn four ($draft:6)"}[2], 3, 'a function of numbers is evaluated at each call, once more where a check fails and says why');
is($row{"fn twice ($draft:5)"}[2], 6, '... and what it calls');
is($row{"fn four ($draft:6)"}[1], $row{"fn four ($draft:6)"}[0] + $row{"fn twice ($draft:5)"}[0], '... whose steps are within its own');
is($row{"rule down ($draft:7)"}[2], 2, 'a rule that refers to itself is one line, with each evaluation');
is($row{"rule down ($draft:7)"}[1], $row{"rule down ($draft:7)"}[0], '... and none of its steps counts twice');
is($row{"rule even ($draft:9)"}[2], 2, 'a rule is evaluated once for each country: the second check finds its answer');
ok($row{"check rules ($draft:18)"}[1] > $row{"check again ($draft:19)"}[1], '... so the first check that asks pays');
ok($row{"let base ($draft:8)"}, 'lets have a line');
ok((grep { /^clause a \(\Q$draft\E:14\)$/ } keys %row), 'so have expressions of clauses') or diag join "\n", sort keys %row;
ok((grep { /^data block \(\Q$draft\E:10\)$/ } keys %row), '... and data blocks');
ok($row{$_}, "... and: $_") for 'reading and parsing', 'reading data', 'names, types and units', 'compiling', 'loading facts', 'ordering facts', 'judging', 'writing the report', "file $draft";

my $folded = Drive::run('check', '--profile=collapsed', $draft);
is($folded->{out}, $plain->{out}, 'collapsed: the report is the same');
$sum = 0;
my @lines = split /\n/, $folded->{err};
my @bad = grep { !/^[^;]+(;[^;]+)* [1-9]\d*$/ } @lines;
is("@bad", '', 'each line is a stack and steps');
$sum += (/ (\d+)$/)[0] for @lines;
is($sum, $all, '... which sum to the whole of the table');
is_deeply(\@lines, [sort @lines], '... in order');
like($folded->{err}, qr/^judging;check sums \(\Q$draft\E:16\);fn four \(\Q$draft\E:6\);fn twice \(\Q$draft\E:5\) \d+$/m, 'who called whom');
unlike($folded->{err}, qr/rule down[^;]*;rule down/, 'what refers to itself is one frame');
is(Drive::run('check', '--profile=collapsed', $draft)->{err}, $folded->{err}, 'the same in every run');

my ($long) = Drive::run('check', '--profile', '--max-steps', 100_000, do {
    Drive::spill("$at/long.ent", "check c { require all(all(x + y > 0 for y in 1..2000) for x in 1..2000) }\n");
    "$at/long.ent";
});
is($long->{code}, 2, 'a draft that does not end');
like($long->{err}, qr/E0507.*most went into 'c'/, '... is told as ever');
like($long->{err}, qr/^profile: .* [\d_]{7,} steps.*^.*check c /ms, '... and where its steps went');
Drive::spill("$at/wrong.ent", "check c { require }\n");
like(Drive::run('check', '--profile', "$at/wrong.ent")->{err}, qr/E0101.*^profile: .* 0 steps.*reading and parsing/ms, 'of one with mistakes: as far as it came');
my $both = Drive::run('check', '--format', 'json', '--profile=collapsed', '--jobs', 2, $draft, $draft);
is($both->{err}, $folded->{err} x 2, 'of several drafts: one after another');
is($both->{out}, Drive::run('check', '--format', 'json', $draft, $draft)->{out}, '... beside their reports');
my $evil = "$at/a;b.ent";
Drive::spill($evil, "check c { require 1 < 2 }\n");
like(Drive::run('check', '--profile=collapsed', $evil)->{err}, qr/^judging;check c \([^;]*a\\u\{3b\}b\.ent:1\) \d+$/m, 'what separates frames is written otherwise in a name');
is(Drive::run('check', '--profile=other', $draft)->{code}, 64, 'another word is wrong use');
is(Drive::run('eval', '--profile', $draft, '1')->{code}, 64, 'check alone takes it');
done_testing();
