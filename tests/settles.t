#!/usr/bin/perl
# At which value a missing figure settles a finding: what the report says must be so when the draft says that value.
# Each case is a draft with FIGURE in it, loose or missing at first; then the place is read from the report, and the draft
# is judged with the figure at that place and just beside it, on either side.
use strict;
use warnings;
use File::Temp;
use Test::More;
require './tests/drive.t';

my $dir = File::Temp::tempdir(CLEANUP => 1);
my $head = qq{use std.stack\nuse std.countries\nresource ore "Ore" { layer: minerals  unit: t/yr }\n};

# NAME, the draft, what FIGURE is at first, the unit.
my @cases = (
    ['a supply', "supply ore { AUS: FIGURE, USA: 100 t/yr }\ncheck c { require capacity(AUS, ore) * 3 > 999 t/yr }", 'between(0 t/yr, 900 t/yr)', ' t/yr'],
    ['a share of what is supplied', "supply ore { AUS: FIGURE, USA: 125 t/yr }\ncheck c { require share(AUS, ore) <= 80% }", 'at_least(100 t/yr)', ' t/yr'],
    ['a demand against a promise', "demand ore { USA: FIGURE }\nagreement p { parties: {USA, AUS}  term: 2026-01-01..2027-12-31\n"
        . "clause a: AUS shall supply {2026-01-01: 40 t/yr, 2027-01-01: 70.5 t/yr} of ore }\ncheck c { require committed(AUS, ore) >= needed(ore) }", 'between(1 t/yr, 99 t/yr)', ' t/yr'],
    ['a table', "table cap (c: country): number\nfact cap(USA) = FIGURE\ncheck c { require cap(USA) ^ 3 < 27 }", 'between(0, 10)', ''],
    ['what the world produces', "supply ore { AUS: 40% }\nworld ore: FIGURE\ncheck c { require capacity(AUS, ore) >= 30 t/yr }", 'at_least(1 t/yr)', ' t/yr'],
    ['a promise', "agreement p { parties: {USA, AUS}  term: 2026-01-01..2027-12-31\nclause a: AUS shall supply (FIGURE) of ore }\n"
        . "check c { require committed(AUS, ore) < 12.5 t/yr }", 'between(1 t/yr, 99 t/yr)', ' t/yr'],
    ['a bound itself', "supply ore { AUS: FIGURE }\ncheck c { require capacity(AUS, ore) > 5 t/yr }", 'between(5 t/yr, 9 t/yr)', ' t/yr'],
);

sub judged {
    my ($draft, $figure) = @_;
    $draft =~ s/FIGURE/$figure/;
    Drive::spill("$dir/x.ent", $head . $draft . "\n");
    return Drive::run('check', '--width', '300', "$dir/x.ent");
}

for (@cases) {
    my ($name, $draft, $loose, $unit) = @$_;
    my $got = judged($draft, $loose);
    my @said = $got->{out} =~ /it (holds|fails) at (more than |less than |)([\d_.]+)\Q$unit\E( or more| or less|)/g;
    ok($got->{code} == 3 && @said, "$name: a value is told") or Drive::show($got);
    while (my ($verdict, $beyond, $at, $with) = splice @said, 0, 4) {
        $at =~ tr/_//d;
        my $up = "$beyond$with" =~ /more/ ? 1 : -1;
        my $least = !$with && !$beyond;    # below it nothing is looked for
        my $within = $with || $least ? $at : $at + $up * 1e-9;
        my $without = $with ? $at - $up * 1e-9 : $at;
        my $code = $verdict eq 'holds' ? 0 : 1;
        is(judged($draft, sprintf('%.10f', $within) . $unit)->{code}, $code, "$name: it $verdict at $within$unit");
        next if $least || $without < 0;
        isnt(judged($draft, sprintf('%.10f', $without) . $unit)->{code}, $code, "$name: ... and not at $without$unit");
    }
}

# It is worked out where it can decide the exit code. Of a table with several keys it is told of the keys that are missing.
my $keys = "use std.countries\ntable f (s: string, c: country): number\nfact f(\"a\", USA) = 3\n"
    . "check c { require f(\"a\", USA) + f(\"b\", USA) * 2 >= 10 else warn \"w\" }\n";
Drive::spill("$dir/warns.ent", $keys);
my $quiet = Drive::run('check', "$dir/warns.ent");
ok($quiet->{out} =~ /f for "b", USA: no fact says/ && $quiet->{out} !~ /it holds at/, 'not of a check that only warns') or Drive::show($quiet);
like(Drive::run('check', '--fail-on', 'warn', "$dir/warns.ent")->{out}, qr/it holds at 3\.5 or more, and it fails at less than 3\.5/, '... unless that decides');

# A place that makes many figures is not one figure.
for (['a function', "fn f(x: number) = between(x, 2 * x)\ncheck c { require f(1) + f(3) > 5 }"],
     ['a for', "table t: number\nfact t = sum(between(x, 2 * x) for x in [1, 3])\ncheck c { require t > 5 }"],
     ['rows of data', "table t (c: country): number\ndata row in \"rows.csv\" { fact t(\@row.c) = between(1, number(row.n)) }\ncheck c { require t(AUS) + t(USA) > 5 }"]) {
    Drive::spill("$dir/rows.csv", "c,n\nAUS,4\nUSA,7\n");
    my $got = judged($_->[1], '');
    ok($got->{code} == 3 && $got->{out} =~ /only a range/ && $got->{out} !~ /it (holds|fails) at|alone/, "of $_->[0] nothing is told") or Drive::show($got);
}
# A draft that data makes entities and clauses of is told the same.
Drive::spill("$dir/made.csv", "id,n\nx1,4\nx2,7\n");
my $made = judged("kind thing \"T\" { n: number }\nagreement p { parties: {USA}  term: 2026-01-01..2026-12-31 }\ntable cap: number\n"
    . "data row in \"made.csv\" { thing \@row.id { n: number(row.n) } }\ncheck c { require sum(t.n for t in thing) + cap > 20 }", '');
like($made->{out}, qr/it holds at more than 9, and it fails at 9 or less/, 'with entities from data') or Drive::show($made);

my $json = judged($cases[0][1], $cases[0][2]) && Drive::run('check', '--format', 'json', "$dir/x.ent");
like($json->{out}, qr/"settles": "it holds at more than 333 t\/yr, and it fails at 333 t\/yr or less/, 'in JSON') or Drive::show($json);
my $tap = Drive::run('check', '--format', 'tap', "$dir/x.ent");
like($tap->{out}, qr/^#     .*this gives only a range .*: it holds at more than 333/m, 'in TAP') or Drive::show($tap);
my $github = Drive::run('check', '--format', 'github', '--width', '300', "$dir/x.ent");
like($github->{out}, qr/it holds at more than 333/, 'in workflow commands') or Drive::show($github);

# A large draft is not slowed down: of what there is no room for, nothing is said.
my $many = join '', map { "resource r$_ \"R\" { layer: minerals  unit: t/yr }\n" } 1 .. 3000;
my $large = judged($many . join('', map { "supply r$_ { AUS: between(1 t/yr, 9 t/yr) }\ncheck c$_ { require capacity(AUS, r$_) > 5 t/yr }\n" } 1 .. 100), 'x');
is($large->{code}, 3, 'a large draft is judged');
my $n = () = $large->{out} =~ /it holds at more than 5 t\/yr/g;
ok($n > 30 && $n < 100, "... and what would settle it is told as far as the limit goes: $n times");
done_testing();
