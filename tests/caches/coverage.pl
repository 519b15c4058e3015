# What std.coverage says, against the same said in the plainest way: by pairs of resources, by everyone taken away in turn,
# by the least of all ranks, day by day.
package Caches;
use strict;
use warnings;
use JSON::PP ();

my $plain = <<'END';
rule plain_requires(r: resource, i: resource) = i in inputs(r) or any(plain_requires(j, i) for j in inputs(r))
fn plain_inputs(r: resource): set of resource = {i for i in resources where plain_requires(r, i)}
fn plain_inputs(l: layer): set of resource = {i for i in resources where any(plain_requires(r, i) for r in members(l))}
fn plain_exposure(r: resource): number =
  if inputs(r) == {} then held_at_all(r)
  else max(held_at_all(i) for i in resources where i == r or plain_requires(r, i))
fn plain_exposure(l: layer): number = max(plain_exposure(r) for r in members(l))
fn plain_resilient(r: resource): bool = covered(r) and count(not (covered(r) without c) for c in parties) == 0
fn plain_rank(r: resource): number =
  if plain_resilient(r) then 4
  else if covered(r) then 3
  else if capable(r) then 2
  else if soft(r) then 1
  else 0
fn plain_rank(l: layer): number = min(plain_rank(r) for r in members(l))
fn gives(c: country, r: resource): bool = committed(c, r) > 0
fn served(r: resource): bool = suppliers(r) != {}
fn unserved(r: resource): bool = suppliers(r) == {}
fn firm(r: resource): bool = all((served(r) without c) for c in countries)
fn plain_firm(r: resource): bool = count(not (served(r) without c) for c in countries) == 0
END

my @more = map { "m$_" } 1 .. 5;

# Shares, known or not, circles among what making takes, countries of concern or none, and an amendment.
sub inputs_chained {
    my ($seed) = @_;
    seed($seed + 5000);
    my $text = join '', "layer l3\n", map({ "resource $_ { layer: " . one('l1', 'l2', 'l3') . ' unit: t/yr critical: ' . (often(80) ? 'true' : 'false') . " }\n" } @more);
    for my $m (@more) {
        if (often(80)) { my ($when, @in) = span(20); $text .= "supply $m$when { " . join(', ', map { "$_: " . one('10%', '20%', '30%', '0%', 'at_least(5%)', 'at_most(30%)', 'between(10%, 40%)') . window(20, @in) } up_to(3, @Caches::countries)) . (often(60) ? ', rest: 0%' : '') . " }\n" }
        $text .= "world $m: " . between(5, 40) . " t/yr\n" if often(30);
        $text .= "requires $m" . window(30) . ' { ' . join(', ', map { often(70) ? $_ : "$_: " . one('0.5', '1') . ' t/t' } up_to(3, @more, @Caches::resources)) . " }\n" if often(70);
    }
    $text .= 'concern ' . join(', ', up_to(2, @Caches::countries)) . "\n" if often(80);
    return $text;
}

sub amendment {
    my $text = 'amendment am to ag1' . (often(60) ? ' from ' . name_day(some(900)) : '') . " {\n";
    $text .= "  strike clause c1\n" if often(50);
    $text .= '  add clause extra: ' . one(@Caches::countries) . ' shall supply ' . between(1, 9) . ' t/yr of ' . one(@more, @Caches::resources) . "\n";
    $text .= '  parties: ' . set(@Caches::countries) . "\n";
    return "$text}\n";
}

# Whether it stays so whoever is taken away: as a loop that may leave out whom it need not ask about, and as one that may not.
sub alone {
    my ($r) = @_;
    return ("served($r) and firm($r)", "served($r) and plain_firm($r)") if often(30);
    my $is = one("served($r)", "unserved($r)", "covered($r)", "uncovered($r)", "short($r)", 'gives(' . one(@Caches::countries) . ", $r)");
    my $of = one('countries', 'parties', set(@Caches::countries), '[' . join(', ', sample(4, @Caches::countries)) . ']');
    return ("if $is then all(($is without c) for c in $of) else any(($is without c) for c in $of)",
        "if $is then count(not ($is without c) for c in $of) == 0 else count(($is without c) for c in $of) > 0");
}

sub chain_draft {
    my ($seed) = @_;
    my $draft = world_draft($seed, inputs_chained($seed) . $plain) or return;
    seed($seed + 9000);
    $draft->{text} .= amendment();
    push @{ $draft->{scenarios} }, 'am', 'am';
    Drive::spill($draft->{file}, $draft->{text});
    return $draft;
}

part('as said in the plainest way', 150, sub {
    my ($seed) = @_;
    my $draft = chain_draft($seed) or return 0;
    my @of = (@Caches::resources, @more, 'l1', 'l2', 'l3');
    my (@new, @old);
    for (1 .. 60) {
        my ($x, $r, $f) = (one(@of), one(@Caches::resources, @more), one(qw(exposure exposure rank resilient inputs)));
        my $in = world($draft) . (often(85) ? ' at ' . one(@{ $draft->{days} }) : '');
        my $n  = $f eq 'inputs' ? ($x =~ /^l/ ? "inputs_in_all(members($x))" : "inputs_in_all($x)") : $f eq 'resilient' ? "resilient($r)" : "$f($x)";
        my $o  = $f eq 'resilient' ? "plain_resilient($r)" : "plain_$f($x)";
        ($n, $o) = alone($r) if often(40);
        push @new, "\"{($n)$in}\"";
        push @old, "\"{($o)$in}\"";
    }
    my @want = together($draft->{file}, @old);
    my @got  = together($draft->{file}, @new);
    my $rows = Drive::run('eval', '--columns', 'never', $draft->{file}, '[' . join(', "@", ', @new) . ']')->{out};
    my @rows = $rows =~ /^\[(.*)\]$/s ? split /, "@", /, $1 =~ s/\]\n?\z//r : ();
    for my $i (0 .. $#old) {
        my $wanted = $want[$i] // 'no answer';
        differ($draft, "$new[$i], as $old[$i]", $wanted, $got[$i]) if $wanted ne ($got[$i] // '') || !defined $want[$i];
        differ($draft, "$new[$i] in rows", $wanted, $rows[$i]) if $wanted ne ($rows[$i] // '');
    }
    unlink $draft->{file};
    return scalar @old;
});

# Each cell of the matrix: the weakest day of its year.
part('the matrix day by day', 12, sub {
    my ($seed) = @_;
    my $draft = chain_draft($seed + 300) or return 0;
    my $report = eval { JSON::PP::decode_json(Drive::run('check', '--format', 'json', '--allow-undecided', $draft->{file})->{out}) };
    my ($matrix, $first, $last) = $report ? ($report->{matrix}, @{ $report->{term} }{qw(first last)}) : ();
    if (!$matrix) { differ($draft, 'check', 'a matrix', 'none'); return 0 }
    my (@asked, @wanted);
    for my $row (@{ $matrix->{rows} }) {
        for my $i (0 .. $#{ $matrix->{years} }) {
            my ($y, $cell) = ($matrix->{years}[$i], $row->{cells}[$i]);
            my ($from, $to) = ("$y-01-01" lt $first ? $first : "$y-01-01", "$y-12-31" gt $last ? $last : "$y-12-31");
            push @asked, "rank_name(min([(plain_rank($row->{layer}) at d) for d in $from..$to]))", "min([(covered_count($row->{layer}) at d) for d in $from..$to])";
            push @wanted, "\"$cell->{status}\"", $cell->{covered};
        }
    }
    my @got = split /\n/, Drive::run('eval', $draft->{file}, @asked)->{out};
    s/^(?!")(.*[a-z].*)$/"$1"/ for @got;
    for my $i (0 .. $#asked) { my $got = $got[$i] // 'no answer'; differ($draft, $asked[$i], $got, $wanted[$i]) if $got ne $wanted[$i] }
    unlink $draft->{file};
    return scalar @asked;
});

1;
