# What loops in columns gave, remembered: functions that go through resources, days and worlds, asked on many days and in
# many worlds in one run in columns, against the same element by element. Where a column rests on more than it says, an answer of
# one day or world would be taken for that of another.
package Caches;
use strict;
use warnings;
require './tests/caches/plain.pl';

# Over one resource, or none; what absence could change is looked at by the last ones.
my $kept = <<'END';
fn hard(r: resource): bool = all(held(r) without c for c in parties)
fn soft(r: resource): bool = any(loose(r) without c for c in parties)
fn held(r: resource): bool = available(r) >= needed(r)
fn loose(r: resource): bool = available(r) < needed(r) or not known(available(r))
fn lone(r: resource): bool = all(covered(r) without c for c in parties)
fn firm(r: resource): bool = all(safe(r) without c for c in countries)
fn modest(r: resource): bool = needed(r) < 5 t/yr
fn meek(r: resource): bool = all(modest(r) without c for c in parties)
let tally = [count(hard(r) for r in resources), count(soft(r) for r in resources), count(lone(r) for r in resources)]
END

sub asked_of { my ($r) = @_; return one(map { "$_($r)" } qw(hard held soft loose lone covered firm safe modest meek modest meek depends used hhi makers margin gaps thin)) }

# The values of a list of questions, some of which may end the run: those have none.
sub answers {
    my ($columns, $file, @asked) = @_;
    return () if !@asked;
    my $got = Drive::run('eval', '--columns', $columns, $file, '[' . join(', "@", ', @asked) . ']');
    return split /, "@", /, $got->{out} =~ s/^\[//r =~ s/\]\n?\z//r if $got->{code} == 0;
    return ($got->{code}) if @asked == 1;
    my $half = int(@asked / 2);
    return (answers($columns, $file, @asked[0 .. $half - 1]), answers($columns, $file, @asked[$half .. $#asked]));
}

part('asked together, in columns as in rows', 30, sub {
    my ($seed) = @_;
    my $draft = plain_draft($seed, sub {
        my @made = map { "let q$_ = " . asks_time(between(1, 4)) . "\n" } 1 .. 4;
        return join '', $kept, @made;
    });
    my @days = map { text_of(some(1000)) } 1 .. 8;
    my @worlds = ('', '', '', ' without A', ' without {B, C}', ' without F', ' under am', ' under s1', ' under s2', ' without ag.c' . between(1, 30));
    my @asked = map { '"{(' . one('tally', map({ "q$_" } 1 .. 4), map { asked_of(one(@Caches::goods)) } 1 .. 8) . one(@worlds) . ' at ' . one(@days) . ')}"' } 1 .. 60;
    my @wanted = answers('never', $draft->{file}, @asked);
    for my $columns ('always', 'auto') {
        my @got = answers($columns, $draft->{file}, @asked);
        for my $i (0 .. $#asked) {
            next if $wanted[$i] eq ($got[$i] // '');
            my ($alone) = answers('never', $draft->{file}, $asked[$i]);
            differ($draft, $asked[$i], $wanted[$i], $got[$i], "alone:    $alone", "with --columns $columns, asked after: " . join ', ', @asked[0 .. $i - 1]);
        }
    }
    unlink $draft->{file};
    return grep { !/^\d$/ } @wanted;
});

# Checks go from stretch to stretch of the term with all that is remembered: the same report in columns as in rows.
my @same = ('never', 'always', 'auto');

sub conditions {
    my ($r) = @_;
    return one("hard($r)", "lone($r)", "not soft($r)", "meek($r)", "firm($r)", "covered($r)", "safe($r)", "held($r)", "hhi($r) < 2000", "gaps($r) == []", "makers($r) > 1", "margin($r) >= 0 t/yr",
        "(covered($r) without " . one(@Caches::countries) . ')', "(lone($r) under s1)", "(held($r) under am)", "resilient($r)", 'count(lone(x) for x in resources) > 2', 'sum(available(x) for x in resources) > 12 t/yr',
        "(lone($r) at " . text_of(some(900)) . ')', "count(held(x) for x in inputs($r)) == len(inputs($r))", 'tally[1] > 1', "passes(k0)");
}

part('checks in columns as in rows', 20, sub {
    my ($seed) = @_;
    my $draft = plain_draft($seed, sub {
        my $text = $kept . "check k0 { require lone(g1) or held(g2) }\n";
        for my $i (1 .. between(3, 8)) {
            my ($r, $for) = @{ one(['r', ' for r in resources'], ['r', ' for r in resources where r.layer == l1'], ['r', ' for _c in producers(g1) for r in inputs(g3)'], ['g' . between(1, 9), '']) };
            $text .= "check k$i$for {\n" . join('', map { '  require ' . conditions($r) . one('', ' and ' . conditions($r), ' implies ' . conditions($r)) . one('', '', ' else warn "{margin(g1)}"') . "\n" } 1 .. between(1, 3)) . "}\n";
        }
        return $text;
    });
    my @got = map { Drive::run('check', '--format', 'json', '--columns', $_, $draft->{file}) } @same;
    for my $i (1, 2) {
        next if "$got[$i]{code} $got[$i]{out}$got[$i]{err}" eq "$got[0]{code} $got[0]{out}$got[0]{err}";
        my ($a, $b) = map { [split /\n/, "$got[$_]{code}\n$got[$_]{err}$got[$_]{out}"] } 0, $i;
        my ($at) = grep { ($a->[$_] // '') ne ($b->[$_] // '') } 0 .. @$a;
        differ($draft, "check --columns $same[$i], line $at", $a->[$at] // 'nothing', $b->[$at] // 'nothing');
    }
    note($got[0]{err}) if $got[0]{code} == 2;
    unlink $draft->{file};
    return $got[0]{code} == 2 ? 0 : 2;
});

1;
