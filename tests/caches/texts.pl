# Texts put together, compared and looked up in columns, against the same row by row, and against what Perl makes of them: short
# ones, which stand in their value, and long ones, which do not.
package Caches;
use strict;
use warnings;

my @pieces = ('', 'a', 'party', 'resource_', 'é', '名前', 'x' x 13, 'x' x 14, 'x' x 15, 'y' x 40, '\"q\"', 'z' x 250, 'w' x 1000);

# As the language writes a whole number.
sub whole { my ($n) = @_; return $n if abs($n) < 10_000; 1 while $n =~ s/(\d)(\d{3})(?!\d)/${1}_$2/; return $n }

# ($source, $code): of the number i.
sub number_of {
    my $k = one(2, 3, 7, 10, 97, 997, 2000);
    return @{ one(['i', sub { $_[0] }], ["i mod $k", sub { $_[0] % $k }], ["i * $k mod 20_000", sub { $_[0] * $k % 20_000 }], ["$k - i", sub { $k - $_[0] }], ["i * 123_456_789", sub { $_[0] * 123_456_789 }], ["i mod $k * 1_001", sub { $_[0] % $k * 1_001 }]) };
}

# The same for a text: ($source, without the quotes, $code).
sub text_of_number {
    my @parts = map { my $piece = one(@pieces); often(50) ? ([$piece, sub { $piece =~ s/\\//gr }]) : do { my ($source, $code) = number_of(); ["{$source}", sub { whole($code->(@_)) }] } } 1 .. between(1, 4);
    return (join('', map { $_->[0] } @parts), sub { my @of = @_; join '', map { $_->[1]->(@of) } @parts });
}

# Two that are the same now and then.
sub alike {
    my ($source, $code) = text_of_number();
    return (text_of_number(), $source, $code) if often(20);
    my ($k, $l) = (one(3, 5, 97), one(4, 5, 91));
    return (["$source\{i mod $k}", sub { $code->(@_) . whole($_[0] % $k) }], ["$source\{i mod $l}", sub { $code->(@_) . whole($_[0] % $l) }]);
}

part('texts', 20, sub {
    my ($seed) = @_;
    seed($seed);
    my $n = one(between(1, 70), between(1, 70), between(1000, 2500));
    my @of = alike();
    @of = ([@of[0, 1]], [@of[2, 3]]) if @of == 4;
    my ($a, $b) = map { my $code = $_->[1]; [map { $code->($_) } 1 .. $n] } @of;
    my $text = "country B\ncountry Ruritania\ncountry a_country_with_a_name_of_some_length\nlet n = $n\n" . join('', map { "let $_->[0] = [\"$_->[1][0]\" for i in 1..n]\n" } ['a', $of[0]], ['b', $of[1]]);
    $text .= "let m = {a[i]: i for i in 1..n}\nlet f = {b[i]: a[i] for i in 1..n where i mod 3 != 1}\n";
    $text .= "let maps = [" . join(', ', map { "{a[i]: i * $_ for i in 1..n where i mod $_ == 0}" } 1 .. 7) . "]\n";
    my $draft = { seed => $seed, text => $text, file => spill("texts-$seed.ent", $text) };
    my %m = map { $a->[$_ - 1] => $_ } 1 .. $n;
    my ($k, $c) = (between(1, 9999), between(0, $n - 1));
    my @maps = map { my $j = $_; +{ map { $a->[$_ - 1] => $_ * $j } grep { $_ % $j == 0 } 1 .. $n } } 1 .. 7;
    my %met = map { $_ => 1 } @$a;
    my %known = (
        'count(a[i] == b[i] for i in 1..n)' => scalar(grep { $a->[$_] eq $b->[$_] } 0 .. $n - 1),
        'count(a[i] != b[i] for i in 1..n where a[i] <= b[i])' => scalar(grep { $a->[$_] lt $b->[$_] } 0 .. $n - 1),
        "count(a[i] > a[$c + 1] for i in 1..n)" => scalar(grep { $a->[$_] gt $a->[$c] } 0 .. $n - 1),
        "count(\"$of[0][0]\" == a[i] for i in 1..n)" => $n,
        "count(b[$c + 1] >= \"$of[1][0]\" for i in 1..n)" => scalar(grep { $b->[$c] ge $b->[$_] } 0 .. $n - 1),
        "sum(m[a[i * $k mod n + 1]] for i in 1..n)" => eval { my $sum = 0; $sum += $m{ $a->[$_ * $k % $n] } for 1 .. $n; $sum },
        "sum(m[\"$of[0][0]\"] for i in 1..n)" => eval { my $sum = 0; $sum += $m{$_} for @$a; $sum },
        'count(known(m[b[i]]) for i in 1..n)' => scalar(grep { $met{$_} } @$b),
        'sum(if known(maps[j][b[i]]) then maps[j][b[i]] else 0 for i in 1..n for j in 1..len(maps))' => eval { my $sum = 0; for my $t (@$b) { $sum += $_->{$t} // 0 for @maps } $sum },
        'sum(if known(maps[j][t]) then 1 else 0 for j in 1..len(maps) for t in a)' => eval { my $sum = 0; for my $t (@$a) { $sum += exists $_->{$t} for @maps } $sum },
        'count("{c}{i}" == "Ruritania{i}" or "{c}" == "B" for c in countries for i in 1..n)' => 2 * $n,
        'len({t for t in a})' => scalar(keys %met),
        'count(t in {s for s in b} for t in a)' => scalar(grep { my $t = $_; grep { $_ eq $t } @$b } @$a),
    );
    my $compared = 0;
    for my $asked (sort keys %known) {
        $compared += compared($draft, $asked);
        my $got = Drive::run('eval', $draft->{file}, "string($asked)");
        differ($draft, $asked, whole($known{$asked}), "$got->{out}$got->{err}") if "$got->{out}$got->{err}" ne whole($known{$asked}) . "\n";
    }
    $compared += compared($draft, $_) for '[f[t] for t in b]', 'sorted(a)[1]', '[m[t] for t in b]', '[f[b[i]] == a[i] for i in 1..n]', 'sum(m["' . $of[1][0] . '"] for i in 1..n)', '[a[2 * i] for i in 1..n]',
        '[if a[i] < b[i] then a[i] else "' . $of[1][0] . '" for i in 1..n]', "[\"{a[i]}-{b[n + 1 - i]}\" for i in 1..n where i mod 5 != 2]", '{a[i]: "{i}{b[i]}{i * 1.5}" for i in 1..n}', '["{c}: {i}/{c}" for c in countries for i in 1..30]', 'join([t for t in a where t != "a"], "+")',
        '["{if i mod 2 == 0 then a[i] else b[i]}{i mod 2 == 0}{i / 3}" for i in 1..n]';
    unlink $draft->{file};
    return $compared;
});

1;
