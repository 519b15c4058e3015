# Limits: each ends a run with exit 2 and a message that names it.
package Hostile;
use strict;
use warnings;
use Test::More;
our ($dir, $sanitized);

my $good = "check c { require 1 < 2 }\n";
my $n = 0;

sub limit {
    my ($name, $text, $code, $says, @options) = @_;
    my $file = ref $text ? $$text : file('l' . ++$n . '.ent', $text);
    my $got = run({}, 'check', @options, $file);
    my @found = Drive::diagnostics($got->{err});
    my $why = broken($got) || ($got->{code} != 2 && "exit $got->{code}") || (length $got->{out} && 'standard output is not empty')
      || (@found != 1 && @found . ' messages') || ($found[0]{code} ne $code && "code $found[0]{code}") || ($got->{err} !~ $says && "does not say $says") || '';
    ok(!$why, $name) or do { diag($why); diag(substr $got->{err}, 0, 1000) };
}

sub within {
    my ($name, $text, @options) = @_;
    my $file = ref $text ? $$text : file('l' . ++$n . '.ent', $text);
    my $got = run({}, 'check', @options, $file);
    my $why = broken($got) || ($got->{code} && "exit $got->{code}") || '';
    ok(!$why, $name) or do { diag($why); diag(substr $got->{err}, 0, 1000) };
}

# ---- a file ----

my $large = file('large.ent', $good);
{ open my $f, '+<', "$dir/$large" or die $!; truncate $f, (16 << 20) + 1 or die $!; }
limit('a file of 16 MiB and a byte', \$large, 'E0007', qr/large\.ent.*16 MiB.*--max-file/s);
limit('--max-file', "# 345678\n$good", 'E0007', qr/larger than 10 bytes.*--max-file/s, '--max-file', '10');
limit('--max-file holds for files that are used', "use \"large.ent\"\n$good", 'E0007', qr/:1:5.*--max-file/s);
within('a file of just --max-file', "# 345678\n$good", '--max-file=' . length "# 345678\n$good");
within('a larger file, with --max-file', ' ' x (17 << 20) . $good, '--max-file', '20M');

# ---- a run ----

my $much = 'check c { require sum(sum(i * j for i in 1..1000) for j in 1..100_000) > 0 }';
limit('--max-steps', $much, 'E0507', qr/10.?000 steps.*'c'.*--max-steps/s, '--max-steps', '10_000');
limit('--max-memory while it is read', 'let x = {' . join(',', 1 .. 300_000) . '}', 'E0505', qr/4 MiB.*--max-memory/s, '--max-memory', '4M');
limit('--max-memory while it runs', "let x = [i * j for i in 1..3000 for j in 1..3000]\ncheck c { require len(x) > 1 }\n", 'E0505', qr/20 MiB.*--max-memory/s, '--max-memory', '20M');
sub facts_deep {
    my ($last) = @_;
    return join '', (map { "table a$_: number\n" } 0 .. $last), (map { "fact a$_ = a" . ($_ + 1) . " + 1\n" } 0 .. $last - 1), "fact a$last = 1\ncheck c { require a0 > 0 }\n";
}
limit('facts that rest on one another', facts_deep(200), 'E0405', qr/more than 200 deep.*no circle.*--max-depth/s);
within('... 200 of them', facts_deep(199));
limit('--max-depth', facts_deep(3), 'E0405', qr/more than 3 deep.*--max-depth/s, '--max-depth', '3');
limit('--max-depth as high as it goes', facts_deep(1000), 'E0405', qr/more than 1000 deep/, '--max-depth', '1000');
within('... and as many of them', facts_deep(999), '--max-depth', '1000');
limit('a circle is one, however long', facts_deep(150) =~ s/fact a150 = 1\n/fact a150 = a100\n/r, 'E0405', qr/rests on itself: a100 -> a101 -> a102 -> a103 -> 47 more -> a100\n/);
limit("--max-memory $_", $good, 'E0505', qr/memory ran out.*--max-memory/s, '--max-memory', $_) for qw(1 1K 10K 50K);
limit('--max-output', "check c \"" . 'x' x 500 . "\" { require true }\n", 'E0506', qr/larger than 400 bytes.*--max-output/s, '--max-output', '400');
{
    my $file = file('l' . ++$n . '.ent', $good);
    for my $format (qw(json tap github)) {
        my $got = run({}, 'check', '--format', $format, '--max-output', '60', $file);
        ok(!broken($got) && $got->{code} == 2 && $got->{out} =~ /E0506/, "--max-output in $format");
        $got = run({}, 'check', '--format', $format, '--max-memory', '1', $file);
        ok(!broken($got) && $got->{code} == 2 && $got->{out} =~ /E0505/, "--max-memory in $format");
    }
    my $got = run({}, 'eval', '--max-output', '100', $file, '[i for i in 1..1000]');
    ok(!broken($got) && $got->{code} == 2 && !length $got->{out} && $got->{err} =~ /E0506/, '--max-output in eval');
    $got = run({}, 'eval', '--max-steps', '100', $file, 'sum(i for i in 1..1000)');
    ok(!broken($got) && $got->{code} == 2 && !length $got->{out} && $got->{err} =~ /E0507/, '--max-steps in eval');
}

# Limits count work, so that they bound time: none of these may take long.
my %work = (
    'a long range'        => 'sum(i for i in 1..1_000_000_000_000) > 0',
    'a list of a range'   => 'len([i for i in 1..1_000_000_000_000]) > 0',
    'loops in loops'      => 'count(i for i in 1..10_000 for j in 1..10_000 for k in 1..10_000 where i == 0) == 0',
    'a power of a power'  => '((((10^300)^300)^300)^300) > 0',
    'squares of squares'  => 'let a = 3^70_000; let b = a * a; let c = b * b; let d = c * c; d > 0',
    'days of all years'   => 'count(d for d in 0001-01-01..9999-12-31) > 0',
    'texts that double'   => 'len("{[[i for i in 1..1000] for j in 1..100_000]}") > 0',
    'a sort'              => 'len(sorted([0 - i for i in 1..100_000_000])) > 0',
);
for my $what (sort keys %work) {
    my $file = file('l' . ++$n . '.ent', "check c { require $work{$what} }\n");
    my $got = run({}, 'check', '--max-steps', '1M', '--max-memory', '100M', $file);
    my $why = broken($got) || ($got->{code} != 2 && "exit $got->{code}") || '';
    ok(!$why, "work is bounded: $what") or do { diag($why); diag(substr "$got->{out}$got->{err}", 0, 600) };
}

# ---- Ctrl-C ----

{
    my $file = file('l' . ++$n . '.ent', $much =~ s/100_000/100_000_000/r);
    my $got = run({ interrupt => 0.3 }, 'check', '--max-steps', '1_000_000_000_000', $file);
    ok($got->{code} == 2 && $got->{err} =~ /E0508/ && !length $got->{out}, 'Ctrl-C ends a run with exit 2') or diag("$got->{code} $got->{err}");
}

# ---- texts ----

limit('nesting of 257', 'let x = ' . 'not ' x 256 . "true\n", 'E0501', qr/256/);
within('nesting of 250', 'check c { require ' . 'not ' x 250 . "true }\n");
for (['[', '1', ']'], ['{', '1', '}'], ['(1 + ', '1', ')'], ['f(', '1', ')'], ['if true then ', '1', ' else 1'], ['[x for x in ', '{1}', ']']) {
    my ($open, $in, $close) = @$_;
    my $deep = sub { "fn f(x: number) = x\nlet x = " . $open x $_[0] . $in . $close x $_[0] . "\ncheck c { require 1 == 1 }\n" };
    within("253 levels: $open", $deep->(253)) if $open !~ /for/;  # the draft, its declaration and the 1 are levels too
    limit("257 levels: $open", $deep->(257), 'E0501', qr/256/);
}
limit('254 levels', 'let x = ' . '[' x 254 . '1' . ']' x 254 . "\n", 'E0501', qr/256/);
limit('65,537 functions', join('', map { "let x$_ = 1\n" } 1 .. 65_537), 'E0504', qr/more than 65,536 functions/);
within('... and as many as there may be', join('', map { "let x$_ = 1\n" } 1 .. 65_535) . "check c { require 1 == 1 }\n");
limit('texts in texts', 'let x = ' . '"{' x 33 . '1' . '}"' x 33 . "\n", 'E0501', qr/32/);
limit('a name of 256 letters', 'let ' . 'a' x 256 . " = 1\n", 'E0503', qr/255/);
within('a name of 255 letters', 'let ' . 'a' x 255 . " = 1\n$good");
limit('a number of 4,301 digits', 'let x = ' . '9' x 4301 . "\n", 'E0502', qr/4.?300/);
within('a number of 4,300 digits', 'let x = ' . '9' x 4300 . "\n$good");
for my $deep (64, 65) {
    file("deep$deep/f$_.ent", $_ == $deep ? "let x = 1\n" : 'use "f' . ($_ + 1) . ".ent\"\n") for 2 .. $deep;
    my $first = file("deep$deep/f1.ent", "use \"f2.ent\"\n$good");
    if ($deep == 64) { within('64 files deep', \$first) }
    else { limit('65 files deep', \$first, 'E0504', qr/deep65\/f64\.ent:1:/) }
}
{
    my $got = run({}, 'check', file('l' . ++$n . '.ent', join '', map { "let x$_ = nothing$_\n" } 1 .. 33));
    my @found = Drive::diagnostics($got->{err});
    ok(@found == 20 && $got->{err} =~ /^\.\.\. and 13 more$/m && $got->{err} =~ /^33 errors$/m, '20 errors are shown, then a count') or diag(scalar @found);
    my $got2 = run({}, 'check', file('l' . ++$n . '.ent', "\@\n" x 200_000));
    ok(!broken($got2) && $got2->{code} == 2, '200,000 mistakes') or diag(broken($got2) || $got2->{code});
    $got = run({}, 'check', file('l' . ++$n . '.ent', 'let x = "' . 'x' x 500 . '" + nothing + "' . 'y' x 500 . "\"\n"));
    my ($line) = $got->{err} =~ /^1 \| (.*)$/m;
    ok(defined $line && length $line <= 126 && $line =~ /^\.\.\..*nothing.*\.\.\.$/, 'a quoted line is cut at 120 columns') or diag($got->{err});
}

1;
