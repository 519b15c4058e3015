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
    my @worlds = ('', '', '', ' without A', ' without {B, C}', ' without F', ' under am', ' under s1', ' under s2', ' without ag.c3');
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

1;
