#!/usr/bin/perl
# What the test drivers share: running the program, reading what it printed, reading the comments of a test.
# A driver says `require './tests/drive.t'`; under prove this file tests itself. All text is bytes.
package Drive;
use strict;
use warnings;
use Cwd qw(abs_path);
use Errno;
use File::Find ();
use Test::More;

chdir abs_path(__FILE__) =~ s{/tests/[^/]*$}{}r or die "no repository root: $!";
our $entente = $ENV{ENTENTE} || 'build/entente';
our $seconds = $ENV{ENTENTE_TIMEOUT} || 60;    # for one run; then it is killed
my ($out_file, $err_file);

# Runs `entente ARGS...` in the repository root. {code, out, err}; killed by a signal S: code 128 + S.
sub run {
    my @args = @_;
    $_ //= do { open my $f, '+>', undef or die "no temporary file: $!"; $f } for $out_file, $err_file;
    for ($out_file, $err_file) { truncate $_, 0 or die $!; sysseek $_, 0, 0 }
    my $pid = fork() // die "fork: $!";
    if (!$pid) {
        open STDIN,  '<',  '/dev/null';
        open STDOUT, '>&', $out_file;
        open STDERR, '>&', $err_file;
        { no warnings 'exec'; exec {$entente} $entente, @args }
        syswrite STDERR, "cannot run $entente: $!\n";
        require POSIX;
        POSIX::_exit(127);
    }
    my $late = 0;
    local $SIG{ALRM} = sub { $late = 1; kill KILL => $pid };
    alarm $seconds;
    1 while waitpid($pid, 0) < 0 && $!{EINTR};
    my $status = $?;
    alarm 0;
    my %got = (code => $status & 127 ? 128 + ($status & 127) : $status >> 8);
    for (['out', $out_file], ['err', $err_file]) {
        my ($name, $file) = @$_;
        sysseek $file, 0, 0;
        my $text = '';
        1 while sysread $file, $text, 1 << 16, length $text;
        $got{$name} = $text;
    }
    $got{err} .= "killed after $seconds seconds\n" if $late;
    return \%got;
}

sub slurp {
    my ($path) = @_;
    open my $in, '<', $path or die "$path: $!";
    local $/;
    return scalar(<$in>) // '';
}

sub spill {
    my ($path, $text) = @_;
    open my $to, '>', $path or die "$path: $!";
    print {$to} $text;
    close $to or die "$path: $!";
}

# The files under a folder whose name ends so, at any depth, sorted.
sub files {
    my ($folder, $end) = @_;
    my @found;
    File::Find::find({ no_chdir => 1, wanted => sub { push @found, $_ if -f && /\Q$end\E$/ } }, $folder) if -d $folder;
    return sort @found;
}

# The comment lines `# WORD: text` whose word is one of these, as [word, text, line].
sub notes {
    my ($text, @words) = @_;
    my ($any, $line, @found) = (join('|', @words), 0);
    for (split /\n/, $text) {
        $line++;
        push @found, [$1, $2 // '', $line] if /^\s*# ($any):(?: (.*))?$/;
    }
    return @found;
}

# The diagnostics in a text: {severity, code, text, path, line, col, help (the last, its first line)}; no place: line and col are 0.
sub diagnostics {
    my ($text) = @_;
    my @found;
    for (split /\n/, $text) {
        if (/^(error|warning)\[(\w+)\]: (.*)/) {
            push @found, { severity => $1, code => $2, text => $3, path => '', line => 0, col => 0, help => '' };
        } elsif (@found && /^\s*= help: (.*)/) {
            $found[-1]{help} = $1;
        } elsif (@found && !$found[-1]{line} && /^\s*--> (.*):(\d+):(\d+)$/) {
            @{ $found[-1] }{qw(path line col)} = ($1, $2, $3);
        }
    }
    return @found;
}

# Whether a draft was understood and run to its end: any verdict will do.
sub understood { my ($got) = @_; return grep { $got->{code} == $_ } 0, 1, 3 }

sub show {
    my ($got) = @_;
    diag("exit $got->{code}");
    diag("stdout: $got->{out}") if length $got->{out};
    diag("stderr: $got->{err}") if length $got->{err};
}

# Asks for the value of expressions of one draft: each case is {expr, want (all of stdout), exit, error, name}.
# Those that should succeed go to one process; only where its output is not what they want together, one each.
sub evals {
    my ($file, $args, @cases) = @_;
    my @plain = grep { !$_->{exit} } @cases;
    my $together = '';
    if (@plain > 1) {
        my $got = run('eval', @$args, $file, map { $_->{expr} } @plain);
        $together = $got->{code} == 0 && $got->{out} eq join '', map { $_->{want} } @plain;
    }
    for my $case (@cases) {
        if ($together && !$case->{exit}) { pass($case->{name}); next }
        my $got = run('eval', @$args, $file, $case->{expr});
        my $right = $got->{code} == $case->{exit} && $got->{out} eq $case->{want}
          && (!defined $case->{error} || index($got->{err}, $case->{error}) >= 0);
        ok($right, $case->{name}) and next;
        diag("wanted exit $case->{exit}, stdout: $case->{want}");
        diag("wanted in stderr: $case->{error}") if defined $case->{error};
        show($got);
    }
}

# ---- under prove: its own tests, with a stand-in for the program ----

unless (caller) {
    require File::Temp;
    my $dir = File::Temp::tempdir(CLEANUP => 1);
    spill("$dir/fake", <<'FAKE');
#!/bin/sh
case $1 in
  slow) sleep 20;;
  both) echo out; echo err >&2; exit 3;;
  die) kill -SEGV $$;;
  eval) shift 2; for e; do case $e in bad*) echo "error[E0001]: no" >&2; exit 2;; *) echo "<$e>";; esac; done;;
esac
FAKE
    chmod 0755, "$dir/fake";
    $entente = "$dir/fake";
    is_deeply(run('both'), { code => 3, out => "out\n", err => "err\n" }, 'run: both outputs and the code');
    is_deeply(run('none'), { code => 0, out => '', err => '' }, 'run: nothing is left of the run before');
    is(run('die')->{code}, 139, 'run: a signal shows');
    { local $seconds = 1; my $got = run('slow'); is($got->{code}, 137, 'run: what hangs is killed') }
    { local $entente = "$dir/absent"; is(run()->{code}, 127, 'run: a program that is not there') }

    is_deeply([notes("# eval: 1 + 1\n#eval: no\n## eval: no\n  # expect: 2 \n# expect:\n", 'eval', 'expect')],
        [['eval', '1 + 1', 1], ['expect', '2 ', 4], ['expect', '', 5]], 'notes');
    my $text = <<'TEXT';
error[E0214]: these cannot be compared: t and t/yr
  --> a b.ent:31:18
   |
31 |   require error[E0001]: x
  --> other.ent:1:1
warning[W0003]: an unused name
error: 2 errors
TEXT
    is_deeply([map { join ' ', @$_{qw(severity code path line col text)} } diagnostics($text)],
        ['error E0214 a b.ent 31 18 these cannot be compared: t and t/yr', 'warning W0003  0 0 an unused name'],
        'diagnostics');

    # evals, seen from outside: which of these passes?
    my $verdicts = sub {
        my @cases = map { { exit => 0, name => 'x', %$_ } } @_;
        my @seen;
        no warnings 'redefine';
        local *Drive::ok   = sub { push @seen, $_[0] ? 1 : 0; $_[0] };
        local *Drive::pass = sub { push @seen, 1 };
        local *Drive::diag = sub { };
        evals('f', [], @cases);
        return join '', @seen;
    };
    my ($good, $wrong) = ({ expr => 'a', want => "<a>\n" }, { expr => 'b', want => "<c>\n" });
    my $fails = { expr => 'bad', want => '', exit => 2, error => 'E0001' };
    is($verdicts->($good, $good, $good), '111', 'evals: all as wanted');
    is($verdicts->($good, $wrong, $good), '101', 'evals: the wrong one alone fails');
    is($verdicts->($good, $fails, $good), '111', 'evals: a wanted failure');
    is($verdicts->({ %$good, exit => 2 }, { %$fails, error => 'E0002' }, { %$fails, exit => 0 }), '000', 'evals: not failing, or otherwise');
    done_testing();
}

1;
