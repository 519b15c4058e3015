#!/usr/bin/perl
# Drafts of thousands of plain clauses, which are read as rows and kept without trees: what is asked of such a clause by name, what is said of it, and
# that nothing asks for rows that have been given back. What one row says against the grammar: tests/unit/syntax_rows.c.
use strict;
use warnings;
use Test::More;
require './tests/drive.t';

my $at = 'build/rows';
mkdir 'build';
mkdir $at;
my $n    = 9000;
my $head = join "\n", 'use std.units', 'layer l', (map { "country C$_" } 1 .. 9), (map { "resource r$_ { layer: l  unit: t/yr }" } 1 .. 20), '';

# A draft of n clauses; labels and lines may be changed by number. After it comes more.
sub draft {
    my ($name, $label, $line, $more) = @_;
    my $text = $head . "agreement job \"The job\" {\n  parties: {" . join(', ', map { "C$_" } 1 .. 9) . "}\n  term: 2026-01-01..2030-12-31\n";
    for my $i (1 .. $n) {
        my $name = $label->($i);
        $text .= ($line->($i) // "  clause $name: C@{[$i % 9 + 1]} shall supply $i.5 t/yr of r@{[$i % 20 + 1]} from 2026-01-01 through 2029-12-31") . "\n";
    }
    Drive::spill("$at/$name.ent", "$text}\n$more\n");
    return "$at/$name.ent";
}

sub says {
    my ($file, $expr, $want) = @_;
    my $got = Drive::run('eval', $file, $expr);
    is($got->{out}, "$want\n", $expr) or diag $got->{err};
}

sub fails {
    my ($file, $name, @want) = @_;
    my $got = Drive::run('check', $file);
    is($got->{code}, 2, "$name: refused");
    like($got->{err} . $got->{out}, $_, $name) for @want;
}

my $plain = sub { };
my $file = draft('plain', sub { "k$_[0]" }, $plain, "check known { require capacity(C1, r1) >= 1 t/yr }\nscenario s { suspend job.k1 }");
says($file, '[job.k1.parties, job.k9000.parties]', '[{C2}, {C1}]');
says($file, 'job.k9000.resources', '{r1}');
says($file, '[job["k77"].id, job.k5.name, job.k3.act, job.k3.modal, "{job.k3.binding}", job.k3.article]', '["k77", "k5", "supply", "shall", "true", ""]');
says($file, '[len(clauses), len(clauses(r1)), len(clauses(C1)), len(clauses(job))]', '[9000, 450, 1000, 9000]');
says($file, '{"from": job.k3.from, "until": job.k3.until}', '{"from": 2026-01-01, "until": 2030-01-01}');
says($file, '(committed(C2, r2) at 2027-01-01) - ((committed(C2, r2) under s) at 2027-01-01)', '1.5 t/yr');
says($file, '(committed(C3, r3) at 2027-01-01) - ((committed(C3, r3) without job.k2) at 2027-01-01)', '2.5 t/yr');
my $got = Drive::run('check', $file);
is($got->{code}, 3, 'what nobody knows stays undecided');
unlike($got->{out}, qr/settle/, 'and what would settle it is not sought once the rows are given back');

fails(draft('falling', sub { 'k' . ($n - $_[0]) }, sub { $_[0] == 8000 ? '  clause k8999: C1 shall supply 1 t/yr of r1' : undef }, ''),
    'a label that comes twice, where labels fall', qr/E0301.*two clauses 'k8999'/, qr/falling\.ent:8034:10/, qr/  35 \|   clause k8999: C2/);
fails(draft('rising', sub { "k$_[0]" }, sub { $_[0] == 9000 ? '  clause k17: C1 shall supply 1 t/yr of r1' : undef }, ''),
    'a label that comes twice, where labels rise', qr/E0301.*two clauses 'k17'/, qr/rising\.ent:9034:10/);
fails(draft('unknown', sub { "k$_[0]" }, sub { $_[0] == 5000 ? '  clause k5000: C1 shall supply 1 t/yr of r77' : undef }, ''),
    'a resource that is none', qr/E0201/, qr/unknown\.ent:5034:43/, qr/did you mean 'r7'/);
fails(draft('unit', sub { "k$_[0]" }, sub { $_[0] == 5000 ? '  clause k5000: C1 shall supply 1 t of r7' : undef }, ''), 'a unit that does not fit', qr/E0215/, qr/unit\.ent:5034:33/);
fails(draft('late', sub { "k$_[0]" }, sub { $_[0] == 5000 ? '  clause k5000: C1 shall supply 1 t/yr of r7 from 2031-01-01' : undef }, ''), 'a start beyond the term', qr/E0305/, qr/late\.ent:5034:46/);
fails(draft('order', sub { "k$_[0]" }, sub { $_[0] == 5000 ? '  clause k5000: C1 shall supply 1 t/yr of r7 from 2028-01-01 until 2027-01-01' : undef }, ''), 'an end before the start', qr/E0305/, qr/order\.ent:5034/);
fails(draft('stranger', sub { "k$_[0]" }, sub { $_[0] == 5000 ? '  clause k5000: D1 shall supply 1 t/yr of r7' : undef }, 'country D1'), 'a subject that is no party', qr/E0306.*D1 is not a party/, qr/stranger\.ent:5034:3/);
fails(draft('syntax', sub { "k$_[0]" }, sub { $_[0] == 8999 ? '  clause k8999: C1 shal supply 1 t/yr of r7' : undef }, ''), 'a misspelt word', qr/E0101/, qr/syntax\.ent:9033:20/, qr/did you mean 'shall'/);

# Converted, cited, sent, amended: such clauses are no rows, and stand among them.
my $mixed = draft('mixed', sub { "k$_[0]" }, sub { my $i = $_[0];
    $i % 1000 == 1 ? "  clause k$i: C1 shall supply 1 kt/yr of r7 to C2" : $i % 1000 == 2 ? "  clause k$i: each of {C1, C2} shall supply 3 t/yr of r7 from 2029-01-01" : undef },
    "amendment later to job from 2028-01-01 {\n  strike clause k7\n  replace clause k8: C1 shall supply 4_000 t/yr of r9\n}");
says($mixed, '[job.k1001.to, job.k2002.parties]', '[{C2}, {C1, C2}]');
says($mixed, 'len(clauses(later) under later) at 2028-06-01', '8990');
says($mixed, '(committed(C8, r8) at 2027-01-01) - ((committed(C8, r8) under later) at 2028-06-01)', '7.5 t/yr');
says($mixed, '[later.k8.resources, later.k9.resources]', '[{r9}, {r10}]');
done_testing();
