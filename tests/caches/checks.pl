# When a check fails, says its finding, against spans() of the same sentence; where it nowhere fails, when it is open.
package Caches;
use strict;
use warnings;
use JSON::PP ();

sub sentences {
    my ($draft) = @_;
    my ($c, $r, $s) = (one(@Caches::countries), one(@Caches::resources), one(@Caches::resources));
    my $world = world($draft);
    return ("covered($r)$world", "covered($s)", "(covered($r) without $c)", "(covered($s) under s1)", "covered($r) without $c under s2", "status($r) != \"soft\"",
        "committed($c, $r) > 0", "resilient($s)", 'rank(l1) >= 2', "clauses($r) != {}", "has_need($s)", "needed($r) < 4 t/yr", "not blocked($c, $r)", "stockpiled($s) == 0");
}

part('findings hold on the days of spans()', 40, sub {
    my ($seed) = @_;
    my $draft = world_draft($seed) or return 0;
    my @is = sentences($draft);
    $draft->{text} .= join '', map { "check q$_ { require $is[$_] }\n" } 0 .. $#is;
    Drive::spill($draft->{file}, $draft->{text});
    my $got = Drive::run('check', '--format', 'json', $draft->{file});
    my $report = eval { JSON::PP::decode_json($got->{out}) };
    if (!$report || !$report->{findings}) { differ($draft, 'check', 'a report', $got->{err}); return 0 }
    my %when;
    for my $f (grep { defined $_->{check} } @{ $report->{findings} }) { push @{ $when{ $f->{check} } }, map { "$f->{outcome} $_->{first}..$_->{last}" } @{ $f->{when} } }
    my @spans = split /\n/, Drive::run('eval', $draft->{file}, map { ("spans(known(($_)) and not ($_))", "spans(not known(($_)))") } @is)->{out};
    for my $i (0 .. $#is) {
        my ($fails, $open) = map { [($_ // 'no answer') =~ /(\d{4}\S{6}\.\.\d{4}\S{6})/g] } @spans[2 * $i, 2 * $i + 1];
        my $want = join ', ', @$fails ? map { "fails $_" } @$fails : map { "undecided $_" } @$open;
        my $have = join ', ', @{ $when{"q$i"} // [] };
        differ($draft, "check q$i { require $is[$i] }", $want, $have) if $want ne $have || @spans != 2 * @is;
    }
    unlink $draft->{file};
    return scalar @is;
});

1;
