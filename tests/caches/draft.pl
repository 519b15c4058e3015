# What the parts of tests/caches.t share: chance from a seed, drafts made of it, and what is done about a difference.
package Caches;
use strict;
use warnings;
use File::Path ();
use File::Temp ();
use POSIX ();
use Test::More;
use Time::Local ();

my $dir  = File::Temp::tempdir(CLEANUP => 1);
my $kept = ($ENV{B} || 'build') . '/caches';
my $enough = 5;    # drafts with a difference, then a part ends

# ---- chance ----

# The same numbers on every machine (xorshift; of 64 bits only 32 are kept). Seeds that are neighbours have little in common.
my $state;
sub seed { $state = $_[0] * 2654435761 % 4294967296 || 1; some(2) for 1 .. 8 }

sub some {
    my ($n) = @_;
    $state ^= $state << 13 & 0xffffffff;
    $state ^= $state >> 17;
    $state ^= $state << 5 & 0xffffffff;
    return $state % $n;
}

sub between { my ($least, $most) = @_; return $least + some($most - $least + 1) }
sub often   { my ($percent) = @_; return some(100) < $percent }
sub one     { return $_[some(scalar @_)] }

# $n of them, or between 1 and $n, in any order.
sub sample {
    my ($n, @from) = @_;
    $n = @from if $n > @from;
    for my $i (0 .. $n - 1) { my $j = $i + some(@from - $i); @from[$i, $j] = @from[$j, $i] }
    return @from[0 .. $n - 1];
}
sub up_to   { my ($n, @from) = @_; return sample(between(1, $n), @from) }
sub shuffle { return sample(scalar @_, @_) }
sub set     { return '{' . join(', ', @_) . '}' }

# ---- days: counted from 2026-01-01 ----

my $epoch = Time::Local::timegm(0, 0, 0, 1, 0, 2026);
my %named;         # those that the draft at hand names
sub text_of { return POSIX::strftime('%Y-%m-%d', gmtime($epoch + 86400 * $_[0])) }
sub name_day { $named{ $_[0] } = 1; return text_of($_[0]) }

# ($text, $low, $high): a window, or '' where chance is below, that meets the days from $low to before $high.
sub span {
    my ($percent, $low, $high) = (@_, 0, 1001);
    return ('', $low, $high) if !often($percent);
    my $from = $low + some($high - $low);
    my $to   = $from + between(1, 500);
    my $kind = some(4);
    my @end  = ('', ' until ' . text_of($to), ' through ' . text_of($to), ' until ' . text_of($to));
    $named{$to} = $named{ $to + 1 } = 1 if $kind;
    return ($end[3], $low, $to) if $kind == 3;
    return (' from ' . name_day($from) . $end[$kind], $from, $kind && $to < $high ? $to : $high);
}
sub window { return (span(@_))[0] }

# ---- a draft with every kind of fact that an answer may rest on ----

our @countries = qw(A B C D F);
our @resources = qw(r1 r2 r3 r4);

sub flows {
    my ($low, $high, $most, @in) = @_;
    return '{ ' . join(', ', map { "$_: " . between($low, $high) . ' t/yr' . window(30, @in) } up_to($most, @countries)) . ' }';
}

sub facts {
    my $text = "use std.units\nuse std.coverage\nlayer l1\nlayer l2\nroute ro1\nroute ro2\n";
    $text .= "country $_\n" for @countries;
    for my $i (0 .. $#resources) { $text .= "resource $resources[$i] { layer: l" . (1 + $i % 2) . ' unit: t/yr critical: ' . (often(90) ? 'true' : 'false') . " }\n" }
    $text .= "table fl (c: country): bool default false\n";
    for my $c (@countries) { $text .= "fact fl($c) = true" . window(80) . "\n" if often(50) }
    for my $r (@resources) {
        $text .= "supply $r " . flows(0, 9, 4) . "\n" if often(80);
        if (often(50)) { my ($when, @in) = span(30); $text .= "demand $r$when " . flows(1, 6, 3, @in) . "\n" }
        $text .= "demand $r: " . between(1, 5) . ' t/yr' . window(50) . "\n" if often(20);
        next if !often(50);
        $text .= "requires $r" . window(30) . ' { ' . join(', ', map { often(50) ? $_ : "$_: " . one('0.5', '1', '2') . ' t/t' } up_to(2, @resources)) . " }\n";
    }
    return $text;
}

sub control {
    my ($name) = @_;
    my $text = "control $name by " . one(@countries) . ' on ' . set(up_to(3, @resources));
    $text .= ' against ' . set(up_to(3, @countries)) if often(50);
    $text .= window(50);
    if (often(40)) { my $from = some(1001); $text .= ' suspended ' . name_day($from) . '..' . name_day($from + some(201)) }
    return "$text\n";
}

# One that may hold from day to day, or change on one.
sub quantity {
    my ($low, $high) = @_;
    return between(1, 9) . ' t/yr' if !often(20);
    my ($first, $second) = sort { $a <=> $b } map { $low + some($high - $low) } 1, 2;
    return '{' . name_day($first) . ': ' . between(1, 9) . ' t/yr, ' . name_day($second + 1) . ': ' . between(0, 9) . ' t/yr}';
}

sub condition {
    my ($c) = @_;
    return one('', '', '', " when fl($c)", " unless fl($c)", often(30) ? ' when month(today) < 7' : '');
}

sub clause {
    my ($parties, $controls, @term) = @_;
    my ($kind, $r) = (some(100), one(@resources));
    my $some = set(up_to(scalar @$parties, @$parties));
    my $subject = one(one(@$parties), "each of $some", "jointly $some", "each m of $some");
    my $when = condition(one(@$parties));
    my $m = $subject =~ /^each m/;
    $when = ' when fl(m)' if $m && $kind < 85 && often(30);
    if ($kind < 75) {
        my $to = $m ? one('', ' to m', ' to {parties - {m}}') : one('', '', ' to ' . join ', ', up_to(2, @countries));
        return "$subject " . one(('shall') x 5, 'intends to', 'may') . ' supply ' . quantity(@term) . " of $r$to" . (often(25) ? ' via ro1' : '') . window(40, @term) . $when;
    }
    return "$subject " . one(('shall') x 5, 'may') . ' stockpile ' . between(1, 5) . " t of $r" . window(40, @term) . $when if $kind < 85;
    $when =~ s/fl\(m\)/fl(A)/;
    return one(@$parties) . ' shall exempt ' . join(', ', sample(2, @countries)) . ' from ' . one(@$controls) . window(40, @term) . $when if @$controls;
    return "$subject shall carry " . between(1, 9) . " t/yr of $r via ro2" . window(40, @term) . $when;
}

sub shock {
    my ($clauses, $controls) = @_;
    my @kinds = ('withdraw ' . one(@countries), 'scale supply ' . one(@resources) . ' of {' . one(@countries) . '} by ' . one('0%', '50%', '150%'),
        'suspend ' . one(@$clauses), 'close ro1');
    push @kinds, 'impose ' . one(@$controls), 'lift ' . one(@$controls) if @$controls;
    return one(@kinds) . window(50);
}

# The draft of a seed: {file, text, days (those named in it and their neighbours), clauses, scenarios}; undef, and a
# failure, when it is refused. More text may be given, which goes into it.
sub world_draft {
    my ($seed, $more) = @_;
    seed($seed);
    %named = ();
    my $text = facts() . ($more // '');
    my @controls = map { "k$_" } 1 .. some(4);
    $text .= control($_) for @controls;
    my @clauses;
    for my $agreement ('ag1', 'ag2') {
        next if $agreement eq 'ag2' && often(50);
        my @parties = sample(between(2, 5), @countries);
        my $from = some(301);
        my @term = ($from, $from + between(300, 900));
        $text .= "agreement $agreement {\n  parties: " . set(@parties) . "\n  term: " . name_day($term[0]) . '..' . name_day($term[1]) . "\n";
        for my $k (1 .. between(2, 7)) { $text .= "  clause c$k: " . clause(\@parties, \@controls, @term) . "\n"; push @clauses, "$agreement.c$k" }
        $text .= "}\n";
    }
    my @scenarios = map { "s$_" } 1 .. 3;
    for my $s (@scenarios) { $text .= "scenario $s {\n" . join('', map { '  ' . shock(\@clauses, \@controls) . "\n" } 1 .. between(1, 3)) . "}\n" }
    my %days = map { ($_ - 1 => 1, $_ => 1, $_ + 1 => 1) } keys %named;
    my $draft = { seed => $seed, text => $text, file => spill("$seed.ent", $text), clauses => \@clauses, scenarios => \@scenarios,
        days => [map { text_of($_) } sort { $a <=> $b } keys %days] };
    my $got = Drive::run('eval', $draft->{file}, 'true');
    return $draft if $got->{code} == 0;
    differ($draft, 'a draft that should compile', 'true', $got->{err});
    return;
}

# Another world: ` without ...`, ` under ...`, none or several.
sub world {
    my ($draft) = @_;
    return join '', map { one(' without ' . one(@countries), ' without ' . set(sample(2, @countries)), ' under ' . one(@{ $draft->{scenarios} }),
        ' without ' . one(@{ $draft->{clauses} }), ' without ro1') } 1 .. one(0, 0, 1, 1, 2);
}

# ---- asking, and what is done about a difference ----

sub spill { my ($name, $text) = @_; Drive::spill("$dir/$name", $text); return "$dir/$name" }

# The values of a list of questions, asked in one expression: a text each, as `eval` prints it, or none if it failed.
sub together {
    my ($file, @asked) = @_;
    my $got = Drive::run('eval', $file, '[' . join(', "@", ', @asked) . ']');
    return $got->{out} =~ /^\[(.*)\]$/s ? split /, "@", /, $1 =~ s/\]\n?\z//r : ();
}

my ($part, %different) = ('');    # the part at hand; its differences by seed

# Says that an answer is not what it should be, and keeps the draft.
sub differ {
    my ($draft, $question, $wanted, $got, @more) = @_;
    $different{ $draft->{seed} }++ < 3 or return;
    File::Path::make_path($kept);
    my $path = "$kept/$part-$draft->{seed}.ent";
    Drive::spill($path, $draft->{text});
    chomp($_ //= 'no answer') for $wanted, $got;
    diag("CACHES_SEED=$draft->{seed}, kept as $path\n  question: $question\n  wanted:   $wanted\n  got:      $got", map { "\n  $_" } @more);
}

# Whether a question has an answer, the same row by row, in columns, and as the machine likes.
sub compared {
    my ($draft, $asked) = @_;
    my ($wanted, $got, $auto) = map { my $g = Drive::run('eval', '--columns', $_, $draft->{file}, $asked); "$g->{code}: " . ($g->{out} =~ s/^unknown: (.*)$/'unknown: ' . join '; ', sort split m{; }, $1/emgr) . $g->{err} } qw(never always auto);
    differ($draft, $asked, $wanted, $got) if $wanted ne $got;
    differ($draft, "$asked, with --columns auto", $wanted, $auto) if $wanted ne $auto;
    return $wanted =~ /^[03]:/ && $wanted eq $got && $wanted eq $auto;
}

# part(NAME, SHARE, CODE): calls CODE->(SEED) for that many drafts, or CACHES_RUNS; it gives how many answers it compared.
sub part {
    my ($name, $share, $code) = @_;
    my $first = $ENV{CACHES_SEED} || 1;
    my $runs  = $ENV{CACHES_RUNS} || $share;
    note("CACHES_SEED=$first CACHES_RUNS=$runs");
    %different = ();
    ($part) = (caller)[1] =~ /(\w+)\.pl$/;
    my $compared = 0;
    for my $seed ($first .. $first + $runs - 1) { $compared += $code->($seed); last if keys %different >= $enough }
    is(scalar keys %different, 0, "$name: $compared answers in $runs drafts from CACHES_SEED=$first") or diag("$name, from CACHES_SEED=$first CACHES_RUNS=$runs");
    ok($compared > $runs, "$name: something was compared");
}

1;
