#!/usr/bin/perl
# The job that `make bench` measures, in the language: tests/bench/job.ent over the small world says what the peers say, to the
# last digit. tests/bench/small/: world.ent as ../shared/bench/gen.py writes it, lines as peers/job.c prints them for the same world.
use strict;
use warnings;
use Test::More;
require './tests/drive.t';

my $at = 'build/job';
mkdir 'build';
mkdir $at;
Drive::spill("$at/world.ent", Drive::slurp('tests/bench/small/world.ent'));
Drive::spill("$at/job.ent",   Drive::slurp('tests/bench/job.ent'));
my @lines = split /\n/, Drive::slurp('tests/bench/small/lines');
my %want = (check => join("\n", @lines[0 .. 4], ''), n1 => join("\n", @lines[0 .. 5], ''), n2 => join("\n", @lines[0 .. 4, 6], ''));
for my $report (sort keys %want) {
    my $got = Drive::run('eval', "$at/job.ent", "${report}_report");
    is($got->{out}, $want{$report}, "$report: the peers' lines") or diag $got->{err};
}
done_testing();
