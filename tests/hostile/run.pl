# Running the program under limits, for tests/hostile.t: memory, processor time, environment, where its output goes.
package Hostile;
use strict;
use warnings;
use Cwd qw(abs_path);
use Encode ();
use File::Temp ();
use POSIX ();
use Test::More;

our $dir = File::Temp::tempdir(CLEANUP => 1);
our $program = abs_path($Drive::entente) || die "no $Drive::entente";
our $memory  = 256 << 10;    # KiB of address space
our $seconds = 2;            # of processor time, so that a busy machine fails nothing
my $patience = 30;           # seconds by the clock, then it is killed

chmod 0755, $dir;

# A build with sanitizers wants address space without end, and is slower.
our $sanitized = system("sh -c 'ulimit -v $memory; exec \"$program\" --version; :' >'$dir/.out' 2>&1") != 0;
if ($sanitized) { $memory = 'unlimited'; $seconds *= 10 }

# run({OPTIONS}, ARGS...) -> {code, out, err, cpu}. A signal S: code 128 + S.
#   in: the folder to run in (the test's own)     env: the whole environment, instead of this one
#   stdout: a path, 'closed' or 'gone' (a pipe that nobody reads)     closed: standard files that are not open
#   uid: who runs it     before: words before the program     interrupt: seconds after which Ctrl-C is pressed
sub run {
    my ($how, @args) = @_;
    my $out = "$dir/.out";
    my $err = "$dir/.err";
    my @before = times;
    my $pid = fork() // die "fork: $!";
    if (!$pid) {
        my $to = $how->{stdout} // $out;
        if ($to eq 'gone') { pipe(my $r, my $w) or die; close $r; open STDOUT, '>&', $w }
        elsif ($to ne 'closed') { open STDOUT, '>', $to or die "$to: $!" }
        open STDIN, '<', '/dev/null';
        open STDERR, '>', $err or die "$err: $!";
        chdir($how->{in} // $dir) or die "$!";
        %ENV = %{ $how->{env} } if $how->{env};
        $ENV{ASAN_OPTIONS} = "detect_leaks=1:exitcode=99" if $sanitized;
        if ($how->{uid}) { POSIX::setgid($how->{uid}); POSIX::setuid($how->{uid}) }
        $SIG{PIPE} = 'DEFAULT';
        my $close = join ' ', map { "$_>&-" } $to eq 'closed' ? 1 : (), @{ $how->{closed} // [] };
        my @words = (@{ $how->{before} // [] }, $program, @args);
        { no warnings 'exec'; exec {'/bin/sh'} 'sh', '-c', "ulimit -v $memory; exec \"\$@\" $close", 'sh', @words }
        POSIX::_exit(127);
    }
    my $late = 0;
    local $SIG{ALRM} = sub { $late = 1; kill KILL => $pid };
    if ($how->{interrupt}) { select undef, undef, undef, $how->{interrupt}; kill INT => $pid }
    alarm $patience;
    1 while waitpid($pid, 0) < 0 && $!{EINTR};
    my $status = $?;
    alarm 0;
    my @after = times;
    my %got = (code => $status & 127 ? 128 + ($status & 127) : $status >> 8, cpu => $after[2] + $after[3] - $before[2] - $before[3]);
    $got{out} = $how->{stdout} ? '' : Drive::slurp($out);
    $got{err} = Drive::slurp($err);
    $got{err} .= "killed after $patience seconds\n" if $late;
    return \%got;
}

# A file in the test's folder.
sub file {
    my ($name, $text) = @_;
    my ($folder) = "$dir/$name" =~ m{(.*)/};
    system 'mkdir', '-p', $folder unless -d $folder;
    Drive::spill("$dir/$name", $text);
    return $name;
}

# Why this text must not reach a terminal, a log or a build server's reader; '' if it may.
sub unsafe {
    my ($text) = @_;
    my $wide = eval { Encode::decode('UTF-8', my $copy = $text, Encode::FB_CROAK()) } // return 'no UTF-8';
    return sprintf 'U+%04X', ord $1 if $wide =~ /([\x00-\x08\x0b-\x1f\x7f-\x9f\x{61c}\x{200e}\x{200f}\x{2028}-\x{202e}\x{2066}-\x{2069}\x{feff}])/;
    return "a command in a line: $1" if $text =~ /(##\w*\[)/;
    return '';
}

# What every run must keep to, whatever it was given; '' or what it does not keep.
sub broken {
    my ($got) = @_;
    return "signal or crash: $got->{code}" if $got->{code} > 70 || $got->{code} == 70;
    return "a code of its own: $got->{code}" unless grep { $got->{code} == $_ } 0 .. 3, 64, 66;
    return sprintf('%.1f s of processor time', $got->{cpu}) if $got->{cpu} > $seconds;
    return 'nothing is said' unless length "$got->{out}$got->{err}";
    for my $what (qw(out err)) { my $why = unsafe($got->{$what}); return "$why in std$what" if $why }
    return '';
}

# One mistake, one message: exit 2, one error with this code, at LINE:COL of the file (undef: any place in it), and
# nothing on standard output.
sub mistake {
    my ($name, $got, $file, $code, $place) = @_;
    my @found = Drive::diagnostics($got->{err});
    my $why = broken($got) || ($got->{code} != 2 && "exit $got->{code}, not 2") || (length $got->{out} && 'standard output is not empty')
      || (@found != 1 && scalar(@found) . ' messages') || '';
    if (!$why) {
        my $d = $found[0];
        my $at = "$d->{line}:$d->{col}";
        $why = "severity $d->{severity}" if $d->{severity} ne 'error';
        $why = "code $d->{code}, not $code" if $d->{code} !~ /^(?:$code)$/;
        $why = "in $d->{path}, not $file" if defined $file && $d->{path} ne $file;
        $why = "at $at, not $place" if defined $place && $at ne $place;
        $why = 'no place' if !defined $place && defined $file && !$d->{line};
    }
    ok(!$why, $name) or do { diag($why); diag(substr $got->{err}, 0, 1500) };
    return !$why;
}

1;
