# What is read at one go, checked without nodes and loaded in columns, against the same said in a way that takes the grammar, and the plain path
# behind it: a figure in parentheses, a comma more, a start before all days that are asked about. Answers must be the same, and so must mistakes, by code and line.
package Caches;
use strict;
use warnings;

my %units = ('t/yr' => ['t/yr', 't/yr', 't/yr', 'kt/yr'], 'GWh/yr' => ['GWh/yr', 'GWh/yr', 'TWh/yr']);

# Declarations with @...@ where the other way of saying it is put: @figure@, @,@, @.@, which ends the
# fields of a resource, and @|@, where a window may stand.
sub row_facts {
    my ($wild, $unit) = @_;
    my (@lines, @where);
    my @r = sort keys %$unit;
    for my $r (@r) {
        my $whole = often($wild ? 10 : 0) ? 130 : 100;
        for my $c (often(70) ? sample($whole > 100 ? 5 : some(7), map { "c$_" } 0 .. 7) : ()) {
            my $share = between($whole > 40 ? 10 : 0, $whole > 40 ? 40 : $whole < 1 ? 0 : $whole);
            $whole -= $share + 1;
            push @lines, "supply $r\@|\@ { $c: \@" . (often(80) ? "$share." . some(10) . '%' : between(1, 900) . ' ' . one(@{ $units{ $unit->{$r} } })) . '@ }';
            push @lines, "supply $r from 2027-03-01 { $c: \@" . between(0, 40) . '%@ }' if often($wild ? 10 : 5) && ($whole -= 40) >= 0;
            push @lines, $lines[-1] if often(5);
        }
        push @lines, "demand $r: \@" . between(1, 5000) / 10 . " $unit->{$r}\@" if often(80);
        push @lines, map { "requires $r { $_\@,\@ }" } sample(some(3), grep { $_ ne $r } @r);
    }
    push @lines, 'supply nowhere { c1: @5%@ }', 'supply r0 { rest: @5 %@ }' if $wild && often(20);
    return shuffle(@lines);
}

sub row_clauses {
    my ($n, $wild, $unit) = @_;
    my (@lines, $label);
    for my $i (1 .. $n) {
        my $r = one(sort keys %$unit);
        $label = $wild && !some(2 * $n) ? some($n) : often(97) ? $i : 9000 - $i;
        my $from = text_of(some(1200));
        my $end = text_of(some(700) + ($wild && !some(2 * $n) ? 0 : 1200));
        push @lines, "  clause k$label: " . ($wild && !some(4 * $n) ? 'c8' : 'c' . some(8)) . ' shall supply @' . between(1, 9999) / 100 . ' ' . one(@{ $units{ $unit->{$r} } }) . "\@ of $r" .
            one('', " from $from", " from $from until $end", " through $end", " from $from through $end");
        push @lines, '  # a note' if often(3);
    }
    return @lines;
}

sub row_said {
    my ($text, $odd) = @_;
    return $text =~ s/\@,\@/$odd ? ',' : ''/ger =~ s/\@\.\@/$odd ? ' critical: true' : ''/ger =~ s/\@\|\@/$odd ? ' from 0001-01-02' : ''/ger =~ s/\@([^\@]*)\@/$odd ? "($1)" : $1/ger;
}

part('what is read at one go says what it says to the grammar', 60, sub {
    my ($seed) = @_;
    seed($seed);
    my $wild = often(40);
    my %unit = map { ("r$_" => one('t/yr', 't/yr', 'GWh/yr')) } 0 .. between(3, 11);
    my @lines = ('use std.units', 'use std.coverage', 'layer l0', 'layer l1', (map { "country c$_" } 0 .. 8), map { "resource $_ { layer: l" . some(2) . "  unit: $unit{$_}\@.\@ }" } sort keys %unit);
    my @head = ('agreement a {', '  parties: {' . join(', ', map { "c$_" } 0 .. 7) . '}', '  term: 2026-01-01..2032-12-31');
    my @body = (row_facts($wild, \%unit), @head, row_clauses(between(2, 150), $wild, \%unit), '}');
    my $apart = often(40);
    my @asked = map { my $r = $_; my $day = text_of(some(1500)); ("available($r) at $day", "needed($r) at $day", "share(c1, $r) at $day", "spans(available($r) < needed($r))", "suppliers($r, 2026-01-01..2032-12-31)", "$r.requires") } sample(4, sort keys %unit);
    my (@got, $text);
    for my $odd (0, 1) {
        my $file = spill("$seed-$odd.ent", row_said(join("\n", $apart ? ("use \"$seed-$odd-parts.ent\"", 'use std.units', 'use std.coverage') : @lines, @body) . "\n", $odd));
        spill("$seed-$odd-parts.ent", row_said(join("\n", @lines) . "\n", $odd)) if $apart;
        $text = Drive::slurp($file) if !$odd;
        my $ran = Drive::run('eval', $file, '[' . join(', "@", ', map { "\"{$_}\"" } @asked) . ']');
        my %said = map { ($_ => 1) } $ran->{err} =~ /^(?:error|warning)\[(\w+)\]/mg;
        my @places = sort map { s/^.*-\d(-parts)?\.ent:(\d+):.*/($1 \/\/ '') . $2/er } grep { /^ *--> / } split /\n/, $ran->{err};
        push @got, join "\n", $ran->{code}, $ran->{out}, join(' ', sort keys %said), @places;
    }
    differ({ seed => $seed, text => $text }, 'both ways', $got[1], $got[0]) if $got[0] ne $got[1];
    return scalar @asked;
});

1;
