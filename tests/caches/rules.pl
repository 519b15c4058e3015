# Recursive rules over a graph of resources, against the least fixed point that brute force finds: no, unknown, yes.
package Caches;
use strict;
use warnings;

my @words = qw(false unknown true);
my $rules = <<'RULES';
rule hit(r: resource) = seen(r) or any(hit(i) for i in inputs(r))
rule sound(r: resource) = good(r) or (inputs(r) != {} and all(sound(i) for i in inputs(r)))
rule p(r: resource) = seen(r) or any(q(i) for i in inputs(r))
rule q(r: resource) = good(r) and any(p(i) for i in inputs(r)) or (inputs(r) != {} and all(q(i) or p(i) for i in inputs(r)))
rule pair(a: resource, b: resource) = a == b and seen(a) or any(pair(i, b) for i in inputs(a)) and all(pair(a, i) or i == b for i in inputs(b))
RULES

sub most  { my $is = 0; for (@_) { $is = $_ if $_ > $is } return $is }    # any() and `or`
sub least { my $is = 2; for (@_) { $is = $_ if $_ < $is } return $is }    # all() and `and`

# The same rules in Perl: what each call is, given what all are so far.
sub round {
    my ($v, $n, $in, $seen, $good) = @_;
    my %next;
    for my $r (0 .. $n - 1) {
        my @in  = @{ $in->[$r] };
        my $any = @in ? 2 : 0;
        $next{"hit(r$r)"}   = most($seen->[$r], map { $v->{"hit(r$_)"} } @in);
        $next{"sound(r$r)"} = most($good->[$r], least($any, map { $v->{"sound(r$_)"} } @in));
        $next{"p(r$r)"}     = most($seen->[$r], map { $v->{"q(r$_)"} } @in);
        $next{"q(r$r)"}     = most(least($good->[$r], most(map { $v->{"p(r$_)"} } @in)), least($any, map { most($v->{"q(r$_)"}, $v->{"p(r$_)"}) } @in));
        for my $s (0 .. $n - 1) {
            $next{"pair(r$r, r$s)"} = most($r == $s ? $seen->[$r] : 0,
                least(most(map { $v->{"pair(r$_, r$s)"} } @in), least(map { $_ == $s ? 2 : $v->{"pair(r$r, r$_)"} } @{ $in->[$s] })));
        }
    }
    return \%next;
}

part('recursive rules are their least fixed points', 100, sub {
    my ($seed) = @_;
    seed($seed);
    my $n    = between(2, 8);
    my @in   = map { [sample(some($n < 3 ? $n + 1 : 4), 0 .. $n - 1)] } 1 .. $n;
    my @seen = map { often(50) ? one(0, 0, 0, 1, 2) : 0 } 1 .. $n;
    my @good = map { some(3) } 1 .. $n;
    my $text = "use std.units\nlayer base\n";
    for my $r (0 .. $n - 1) { $text .= "resource r$r { layer: base unit: t/yr" . (@{ $in[$r] } ? ' requires: { ' . join(', ', map { "r$_" } @{ $in[$r] }) . ' }' : '') . " }\n" }
    $text .= "table seen (r: resource): bool\ntable good (r: resource): bool\n";
    for my $r (0 .. $n - 1) {
        $text .= "fact seen(r$r) = $words[$seen[$r]]\n" if $seen[$r] != 1;
        $text .= "fact good(r$r) = $words[$good[$r]]\n" if $good[$r] != 1;
    }
    $text .= $rules;

    my ($is, $before) = ({}, '-');
    $is = { map { ($_ => 0) } keys %{ round({}, $n, [map { [] } 1 .. $n], \@seen, \@good) } };
    my @calls = sort keys %$is;
    for (;;) {
        my $now = join '', map { $is->{$_} } @calls;
        last if $now eq $before;
        ($before, $is) = ($now, round($is, $n, \@in, \@seen, \@good));
    }

    @calls = shuffle(@calls);
    my $draft = { seed => $seed, text => $text, file => spill("$seed.ent", $text) };
    my @got = together($draft->{file}, map { "\"{$_}\" ?? \"unknown\"" } @calls);
    for my $i (0 .. $#calls) {
        my $want = "\"$words[$is->{$calls[$i]}]\"";
        differ($draft, $calls[$i], $want, $got[$i], "asked after: @calls[0 .. $i - 1]") if ($got[$i] // '') ne $want;
    }
    unlink $draft->{file};
    return scalar @calls;
});

1;
