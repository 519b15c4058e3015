#!/usr/bin/perl
# --jobs: whatever the number of processes, the same bytes on both outputs and the same exit code; a process that ends takes one draft with it.
use strict;
use warnings;
use Test::More;
use File::Path qw(make_path remove_tree);
require './tests/drive.t';

my $at = 'build/jobs';
remove_tree($at);
make_path("$at/all/deep", "$at/none", "$at/fmt", "$at/one");

my %draft = (
    passes    => "check c { require 1 < 2 }\n",
    denied    => "check c { require 2 < 1 else deny \"no: #1\" }\n",
    undecided => "resource r \"R\" { unit: t }\ncheck c { require demand(r) > 1 t }\n",
    broken    => "check c { require }\n",
    empty     => "let x = 1\n",
    warned    => "check c warn { require 2 < 1 }\n",
    steps     => "check c { require all(all(x + y > 0 for y in 1..200) for x in 1..2000) }\n",
    tested    => "let x = 1\nfn f(): number = 2\ncheck c { require x == 1 }\ntest \"good\" { expect x == 1 }\n",
    failing   => "let x = 1\ntest \"bad <&\\\"\" { expect x == 2 }\n",
    large     => join('', map { "check c$_ { require $_ < 1 }\n" } 1 .. 60),
);
for my $round (1 .. 3) { Drive::spill("$at/all/" . ($round == 2 ? 'deep/' : '') . "$_$round.ent", $draft{$_}) for keys %draft }
symlink '/etc/passwd', "$at/all/link.ent" or die $!;
Drive::spill("$at/none/empty.ent", $draft{empty});
Drive::spill("$at/one/only.ent", $draft{denied});

# The same with 1, 2 and 5 processes.
sub same {
    my ($name, @args) = @_;
    my ($command, @rest) = @args;
    my $one = Drive::run($command, '--jobs', 1, @rest);
    for my $n (2, 5) {
        my $got = Drive::run($command, '--jobs', $n, @rest);
        is($got->{out},  $one->{out},  "$name, --jobs $n: the same output");
        is($got->{err},  $one->{err},  "$name, --jobs $n: the same messages");
        is($got->{code}, $one->{code}, "$name, --jobs $n: the same code");
    }
    return $one;
}

for my $format (qw(text json tap github)) {
    my $got = same("check as $format", 'check', '--format', $format, '--max-steps', '50K', "$at/all", "$at/nowhere", "$at/none", "$at/all/denied1.ent");
    is($got->{code}, 2, '... which is that of the worst');
    like($got->{out} . $got->{err}, qr/no: .*1/, '... and findings are there');
    same("check as $format, little output", 'check', '--format', $format, '--max-output', 1500, '--max-steps', '50K', "$at/all");
}
for my $format (qw(tap junit text)) {
    my $got = same("test as $format", 'test', '--max-steps', '50K', '--format', $format, '--coverage', "$at/all");
    is($got->{code}, 2, '... which is that of the worst');
}
my $reach = same('what the tests of all reach', 'test', '--threshold', '100', map { "$at/all/tested$_.ent" } 1, 3);
like($reach->{out}, qr/coverage of all drafts: /, 'is summed');
is($reach->{code}, 1, '... and held against --threshold');
is(same('tests that no title takes', 'test', '--run', 'nothing', map { "$at/all/tested$_.ent" } 1, 3)->{code}, 3, '... are undecided');
is(same('a folder with nothing to ask', 'check', "$at/none")->{code}, 3, '... is undecided');
is(same('one draft', 'check', "$at/one/only.ent")->{code}, 1, '... as ever');
like(same('colours', 'check', '--color', 'always', "$at/all/broken1.ent", "$at/all/denied1.ent")->{err}, qr/\e\[/, '... stay');

# fmt: texts, names, differences; files are written by one process alone, and a file named twice is laid out once.
my $ugly = "let   x=1 # one\nlet y =\n  2\n";
sub fresh { Drive::spill("$at/fmt/f$_.ent", "$ugly# $_\n") for 1 .. 9; Drive::spill("$at/fmt/f5.ent", "let =\n"); }
for my $how ([], ['-l'], ['-d'], ['--check']) {
    fresh();
    same("fmt @$how", 'fmt', @$how, "$at/fmt");
}
my %written;
for my $n (1, 2, 5) {
    fresh();
    my $got = Drive::run('fmt', '--jobs', $n, '-l', '-w', "$at/fmt", "$at/fmt/f1.ent", "$at/fmt/f1.ent");
    is(() = $got->{out} =~ /f1\.ent/g, 1, "fmt -l -w --jobs $n: a file named three times differs once");
    is($got->{code}, 2, '... one with mistakes is told');
    $written{$n} = join "\0", $got->{out}, $got->{err}, map { Drive::slurp("$at/fmt/f$_.ent") } 1 .. 9;
    unlike($written{$n}, qr/x=1/, '... the others are laid out');
}
is($written{$_}, $written{1}, "fmt -w --jobs $_: the same files") for 2, 5;

# Output that cannot be written, a reader that goes away, an interruption: no process stays behind.
sub ended { my ($shell) = @_; my $out = `$shell`; return ($? >> 8, $out) }
my ($code) = ended("$Drive::entente check --jobs 2 $at/all >/dev/full 2>$at/err");
is($code, 2, '/dev/full is told');
like(Drive::slurp("$at/err"), qr/output cannot be written/, '... in words');
my (undef, $out) = ended("{ $Drive::entente check --jobs 2 --format json $at/all 2>/dev/null; echo \$? >$at/code; } | head -c 10");
is(length $out, 10, 'a reader may go away');
like(Drive::slurp("$at/code"), qr/^2$/m, '... and the code says so');

# A process of a draft that is ended: that draft is a fault with its name, the rest has its reports.
sub stat_of { my ($pid) = @_; open my $in, '<', "/proc/$pid/stat" or return ('Z', 0); return <$in> =~ /\) (\S) (\d+)/ }
sub children { my ($of) = @_; return grep { (stat_of($_))[1] == $of } map { m{(\d+)$} } glob '/proc/[0-9]*' }
sub while_running {
    my ($do, @args) = @_;
    my $pid = fork() // die;
    if (!$pid) {
        open STDOUT, '>', "$at/out";
        open STDERR, '>', "$at/err";
        exec $Drive::entente, @args or die;
    }
    my @children;
    for (1 .. 400) { @children = children($pid); last if @children == 2; select undef, undef, undef, 0.02 }
    select undef, undef, undef, 0.3;
    $do->($pid, @children);
    waitpid $pid, 0;
    my $status = $?;
    my @left = grep { (stat_of($_))[0] ne 'Z' } @children;   # who is to collect an orphan is not ours to say
    return ($status, scalar @children, \@left);
}
my $long = "check c { require all(all(all(x + y + z > 0 for z in 1..2000) for y in 1..2000) for x in 1..2000) }\n";
Drive::spill("$at/one/$_.ent", $long) for 'a', 'b';
{
    my @long = ("$at/one/a.ent", "$at/one/b.ent", "$at/all/denied1.ent");
    my ($status, $n, $left) = while_running(sub { shift; kill KILL => @_ }, 'check', '--jobs', 2, @long);
    is($n, 2, 'two processes');
    is($status >> 8, 70, 'one that is ended is a fault');
    my $err = Drive::slurp("$at/err");
    like($err, qr/^entente: \Q$at\E\/one\/$_\.ent: its process was ended by signal 9/m, "... of a draft with a name: $_") for 'a', 'b';
    like(Drive::slurp("$at/out"), qr/denied1/, '... and the next draft has its report');
    ($status, $n, $left) = while_running(sub { kill INT => shift }, 'check', '--jobs', 2, @long);
    is($status >> 8, 2, 'Ctrl-C ends the run');
    is(@$left, 0, '... and its processes');
    ($status, $n, $left) = while_running(sub { kill KILL => shift; select undef, undef, undef, 0.3 }, 'check', '--jobs', 2, @long);
    is(@$left, 0, 'they do not outlive it, whatever ends it');
}

for my $wrong ('0', '257', 'many', '') {
    my $got = Drive::run('check', "--jobs=$wrong", "$at/one/only.ent");
    is($got->{code}, 64, "--jobs=$wrong is no number of processes");
    like($got->{err}, qr/--jobs wants a number from 1 to 256, or auto/, '... which is said');
}
is(Drive::run('check', '--jobs', 'auto', "$at/all/passes1.ent", "$at/all/passes3.ent")->{code}, 0, '--jobs auto');
done_testing();
