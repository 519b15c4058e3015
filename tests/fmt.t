#!/usr/bin/perl
# `entente fmt`: what it prints (tests/fmt/*.ent, .out beside), that it changes no meaning and settles at once, over all
# drafts there are and 2,000 made at random from a seed; and that -w leaves the old file whole or the new one.
use strict;
use warnings;
use File::Copy qw(copy);
use File::Temp qw(tempdir);
use POSIX ();
use Test::More;
require './tests/drive.t';

my $dir = tempdir(CLEANUP => 1);
sub fmt { return Drive::run('fmt', @_) }

for my $file (Drive::files('tests/fmt', '.ent')) {
    my $want = Drive::slurp($file =~ s/\.ent$/.out/r);
    my $got  = fmt($file);
    is($got->{out}, $want, $file) or Drive::show($got);
    Drive::spill("$dir/again.ent", $want);
    is(fmt("$dir/again.ent")->{out}, $want, "$file: again");
}

# What is left of a draft without blanks, parentheses, commas and the braces of `cite {x}`: layout may change no more.
sub marrow {
    my ($text) = @_;
    my @comments;
    my $bare = '';
    while ($text =~ /\G(?:(#[^\n]*)|("(?:\\.|[^"\\\n{}]|\{\{|\}\}|(\{(?:[^{}"]|"[^"\n]*"|(?3))*\}))*")|(.))/gs) {
        if (defined $1) { push @comments, $1 =~ s/\s+$//r }
        elsif (defined $2) { $bare .= $2 =~ s/[\s()]//gr }
        else { $bare .= $4 }
    }
    $bare =~ s/[\s(),]//g;
    $bare =~ s/cite\{(\w+)\}/cite$1/g;
    return join "\n", $bare, @comments;
}

# Over all the drafts there are: formatted in a copy, then looked at again.
my @all = map { Drive::files($_, '.ent') } 'stdlib', 'examples', 'tests/lang', 'tests/error';
my ($n, %copy, $left) = (0);
for (@all) { my $to = sprintf '%s/all/%04d.ent', $dir, $n++; mkdir "$dir/all"; copy($_, $to) or die "$_: $!"; $copy{$to} = $_ }
my $first = fmt('-w', "$dir/all");
unlike($first->{err}, qr/left alone/, 'every draft can be laid out');
ok(@all > 100, 'there are many');
my @changed = grep { marrow(Drive::slurp($_)) ne marrow(Drive::slurp($copy{$_})) } sort keys %copy;
is("@copy{@changed}", '', 'no word, sign, figure or comment is lost or moved');
is(fmt('-l', "$dir/all")->{out}, '', 'what is laid out stays so');

# ---- made at random ----

sub pick { return $_[int rand @_] }
sub gap  { return pick(' ', ' ', ' ', '  ', "\n", "\n\n", " # note " . int(rand 9) . "\n") }

sub expr {
    my ($deep, $flat) = @_;
    my $g = sub { $flat ? ' ' : gap() };
    return pick(qw(a b c d.from f(x) 1_000 2.5 91% 2026-07-01 true "text"), '12 t/yr', '{}', '"a {b + (c)} {{d}}"') if $deep <= 0 || rand() < 0.2;
    my $e = sub { '(' . expr($deep - 1, $flat) . ')' };
    my @made = (
        sub { $e->() . $g->() . pick(qw(+ - * / mod ^ ?? .. and or implies == < in), 'not in') . ' ' . $e->() },
        sub { '(' . expr($deep - 1, $flat) . $g->() . ')' },
        sub { pick('not ', '-') . $e->() },
        sub { 'if ' . $e->() . $g->() . 'then ' . $e->() . $g->() . 'else ' . $e->() },
        sub { 'let x = ' . $e->() . ';' . $g->() . $e->() },
        sub { $e->() . $g->() . pick(qw(at without under throughout sometime)) . ' ' . $e->() },
        sub { 'f(' . $g->() . $e->() . ',' . $g->() . 'name: ' . $e->() . $g->() . ')' },
        sub { pick('{', '[') eq '{' ? '{' . $g->() . $e->() . ',' . $g->() . $e->() . '}' : '[' . $e->() . ',' . $g->() . $e->() . $g->() . ']' },
        sub { '{' . $e->() . ': ' . $e->() . ',' . $g->() . $e->() . ': ' . $e->() . '}' },
        sub { 'sum(' . $e->() . $g->() . 'for x in ' . $e->() . $g->() . 'where ' . $e->() . ')' },
        sub { 'f(x)[' . $e->() . ']' },
        sub { '"n { ' . expr($deep - 2, 1) . ' } m"' },
    );
    return pick(@made)->();
}

sub declaration {
    my $window = pick('', '', ' from 2026-01-01', "\n from 2026-01-01 until 2027-01-01", ' cite {s, t}');
    my $body   = join gap() =~ s/^/,/r, map { "C$_: (" . expr(1) . ")$window" } 0 .. rand 4;
    my @made   = (
        sub { 'let v = ' . expr(4) },
        sub { 'fn f(a: t,' . gap() . 'b: set of u): bool =' . gap() . expr(4) },
        sub { "supply r$window {" . gap() . $body . gap() . '}' },
        sub { 'resource r "R" {' . gap() . 'layer: l' . pick(gap(), ', ') . 'unit: t / yr' . gap() . 'note: ' . expr(2) . gap() . '}' },
        sub { 'check c "C"' . gap() . 'for x in ' . expr(1) . gap() . '{' . gap() . 'require ' . expr(4) . gap() . 'else ' . pick(qw(deny warn note)) . ' "m { ' . expr(2, 1) . ' }"' . gap() . '}' },
        sub { 'agreement p {' . gap() . 'parties: {A, B}' . gap() . 'clause m: A shall supply (' . expr(2) . ') of r' . gap() . "to B$window when " . expr(3) . gap() . '}' },
        sub { "scenario s {" . gap() . "withdraw A$window" . gap() . '}' },
    );
    return pick(@made)->();
}

srand($ENV{FMT_SEED} // 20260701);
mkdir "$dir/made" or die $!;
my %was;
for my $i (1 .. 2000) {
    my $text = join "\n", map({ declaration() } 0 .. rand 3), '';
    Drive::spill(my $path = sprintf('%s/made/%04d.ent', $dir, $i), $text);
    $was{$path} = $text;
}
my $made = fmt('-w', "$dir/made");
is($made->{err} =~ s/\n.*//sr, '', '2,000 made at random are laid out');
unlike($made->{err}, qr/left alone/, '... and none is refused');
@changed = grep { marrow(Drive::slurp($_)) ne marrow($was{$_}) } sort keys %was;
is(scalar @changed, 0, '... and none loses anything') or diag($changed[0], "\n", $was{ $changed[0] }, "\n", Drive::slurp($changed[0]));
is(fmt('--check', "$dir/made")->{code}, 0, '... and all stay so');

# ---- the options ----

my ($ugly, $fair, $x) = ("let a=1\n", "let a = 1\n", "$dir/x.ent");
Drive::spill($x, $ugly);
is_deeply(fmt($x), { code => 0, out => $fair, err => '' }, 'no option: the text on standard output');
is_deeply(fmt('-l', $x), { code => 0, out => "$x\n", err => '' }, '-l names it');
is_deeply(fmt('--check', $x), { code => 1, out => "$x\n", err => '' }, '--check names it and exits with 1');
is_deeply(fmt('-d', $x), { code => 0, out => "--- $x\n+++ $x\n\@\@ -1,1 +1,1 \@\@\n-let a=1\n+let a = 1\n", err => '' }, '-d shows a diff');
is(Drive::slurp($x), $ugly, '... and all of them leave it alone');
chmod 0640, $x or die $!;
symlink 'x.ent', "$dir/link.ent" or die $!;
is_deeply(fmt('-w', "$dir/link.ent"), { code => 0, out => '', err => '' }, '-w through a link');
ok(-l "$dir/link.ent", '... which stays a link');
is(Drive::slurp($x), $fair, '... whose target is rewritten');
is((stat $x)[2] & 07777, 0640, '... and keeps its mode');
is(fmt('--check', $x)->{code}, 0, '--check is content then');
my $inode = (stat $x)[1];
fmt('-w', $x);
is((stat $x)[1], $inode, '-w leaves alone what is as it should be');
Drive::spill($x, "let a = (\n");
my $got = fmt('-w', $x);
is($got->{code}, 2, 'mistakes: 2');
like($got->{err}, qr/^error\[E0101\].*\n --> \Q$x\E:/, '... reported as by check');
is(Drive::slurp($x), "let a = (\n", '... and left alone');
is(fmt("$dir/none.ent")->{code}, 66, 'no such file: 66');
is(fmt()->{code}, 64, 'no file named: 64');
Drive::spill($x, '');
is_deeply(fmt($x), { code => 0, out => '', err => '' }, 'an empty draft');
Drive::spill($x, "# only this");
is(fmt($x)->{out}, "# only this\n", 'a draft of comments alone');

# The diff is what patch(1) takes it for.
SKIP: {
    skip('no patch(1)', 1) if system('command -v patch >/dev/null 2>&1');
    my $bad = 0;
    for my $path ((sort keys %was)[0 .. 59]) {
        Drive::spill($x, $was{$path});
        Drive::spill("$dir/p", fmt('-d', $x)->{out});
        system("patch -s '$x' <'$dir/p' >/dev/null 2>&1") if -s "$dir/p";
        $bad++ if Drive::slurp($x) ne Drive::slurp($path);
    }
    is($bad, 0, 'patch(1) understands -d');
}

# ---- killed at any moment ----

mkdir "$dir/kill" or die $!;
my $long = join '', map { "let a$_=1   # of many\n" } 1 .. 20000;
my $want = do { Drive::spill($x, $long); fmt($x)->{out} };
my ($torn, $done) = (0, 0);
for my $i (1 .. 50) {
    Drive::spill("$dir/kill/x.ent", $long);
    my $pid = fork() // die "fork: $!";
    if (!$pid) { open STDERR, '>', '/dev/null'; { no warnings 'exec'; exec {$Drive::entente} $Drive::entente, 'fmt', '-w', "$dir/kill/x.ent" } POSIX::_exit(127) }
    select undef, undef, undef, rand 0.12;
    kill KILL => $pid;
    waitpid $pid, 0;
    my $now = Drive::slurp("$dir/kill/x.ent");
    $done++ if $now eq $want;
    $torn++ if $now ne $want && $now ne $long;
}
is($torn, 0, "killed 50 times: the old file whole or the new one ($done)");
is(fmt('-l', "$dir/kill")->{err}, '', '... and what it leaves beside is no draft');
done_testing();
