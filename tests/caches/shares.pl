# Shares of one resource that are more than the world together (E0309), found from what begins and ends, against every day added up by itself.
package Caches;
use strict;
use warnings;

# A figure: as it is written, and the tenths of a percent that it is at least; none for a quantity.
sub portion {
    return ['(-20%)', -200] if often(4);
    my $n = one(0, 5, 10, 50, 125, 200, 250, 333, 400, 500, 990);
    my $share = sprintf '%s%%', $n / 10;
    return one(([$share, $n]) x 6, ["between($share, 99%)", $n], ["at_least($share)", $n], ["at_most($share)", 0], ['3 t/yr', undef]);
}

# Facts of one country, each with a start of its own: [first day, first day after it or undef, tenths or undef].
sub facts_of {
    my ($text, $r, $who) = @_;
    my @starts = sample(between(1, 3), undef, map { 3 * $_ } 0 .. 20);
    return map {
        my $from = $_;
        my $until = often(50) ? ($from // 0) + between(1, 30) : undef;
        my ($written, $n) = @{ portion() };
        my $end = !defined $until ? '' : often(50) ? ' until ' . text_of($until) : ' through ' . text_of($until - 1);
        $$text .= "supply $r { $who: $written" . (defined $from ? ' from ' . text_of($from) : '') . "$end }\n";
        [$from // -1000, $until, $n];
    } @starts;
}

# Of the facts of one key the one with the latest start that holds.
sub holds {
    my ($day, @facts) = @_;
    my $best;
    for my $f (@facts) { $best = $f if $f->[0] <= $day && (!defined $f->[1] || $day < $f->[1]) && (!$best || $f->[0] > $best->[0]) }
    return $best ? $best->[2] // 0 : 0;
}

part('shares of a day', 30, sub {
    my ($seed) = @_;
    seed($seed);
    my ($text, @wanted) = ("use std.units\nlayer l1\n" . join '', map { "country $_\n" } @Caches::countries);
    for my $r (map { "r$_" } 1 .. 8) {
        $text .= "resource $r { layer: l1 unit: t/yr }\nworld $r: 10 t/yr\n";
        my @who = map { [facts_of(\$text, $r, $_)] } sample(between(1, 4), @Caches::countries, 'rest');
        for my $day (-1000, 0 .. 120) {
            my $sum = 0;
            $sum += holds($day, @$_) for @who;
            next if $sum <= 1000;
            push @wanted, sprintf 'the shares of %s add up to %s %%%s', $r, $sum / 10, $day < 0 ? '' : ' on ' . text_of($day);
            last;
        }
    }
    my $draft = { seed => $seed, text => $text, file => spill("shares-$seed.ent", $text) };
    my $got = Drive::run('check', $draft->{file});
    my @said = $got->{err} =~ /^error\[E0309\]: (.*)$/mg;
    differ($draft, 'check', join("\n", @wanted), join("\n", @said, grep { !/^error\[E0309\]/ } $got->{err} =~ /^(error.*)$/mg)) if "@wanted" ne "@said" || $got->{err} =~ /^error\[(?!E0309)/m;
    unlink $draft->{file};
    return 8;
});

1;
