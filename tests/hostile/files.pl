# Files that are not there, not to be read, not plain, not within the root, or that use each other in a circle.
package Hostile;
use strict;
use warnings;
use Test::More;
our ($dir, $sanitized);

my $good = "check c { require 1 < 2 }\n";
my $nobody = 65534;

# The first file cannot be had: exit 66 (or CODE), its name in the message, nothing on standard output.
sub refused {
    my ($name, $path, $how, $code, $says) = @_;
    my $got = run($how // {}, 'check', $path);
    (my $shown = $path) =~ s/(.{200}).*/$1/s;
    my $why = broken($got) || ($got->{code} != ($code // 66) && "exit $got->{code}") || (length $got->{out} && 'standard output is not empty')
      || (index($got->{err}, $shown) < 0 && 'the path is not named') || ($says && $got->{err} !~ $says && "does not say $says") || '';
    ok(!$why, $name) or do { diag($why); diag(substr $got->{err}, 0, 500) };
}

# ---- the first file ----

file('x/good.ent', $good);
system 'mkfifo', "$dir/x/fifo.ent";
symlink 'loop.ent', "$dir/x/loop.ent";
symlink '/dev/zero', "$dir/x/zero.ent";
symlink 'nowhere', "$dir/x/dangling.ent";
mkdir "$dir/x/folder.ent";
refused('a file that is not there',        'x/none.ent', {}, 66, qr/o such file/);
refused('in a folder that is not there',   'none/x.ent');
refused('below a plain file',              'x/good.ent/x.ent');
refused('no name at all',                  '');
refused('a name too long',                 'x/' . 'n' x 300 . '.ent');
refused('a path too long',                 'x/../' x 1000 . 'x/good.ent');
refused('a FIFO that nobody writes to',    'x/fifo.ent', {}, 66, qr/not a plain file/);
refused('/dev/zero',                       '/dev/zero', {}, 66, qr/not a plain file/);
refused('a link to /dev/zero',             'x/zero.ent', {}, 66, qr/not a plain file/);
refused('/dev/null',                       '/dev/null', {}, 66, qr/not a plain file/);
refused('a link to itself',                'x/loop.ent');
refused('a link to nowhere',               'x/dangling.ent');
refused('a file whose reading fails',      '/proc/self/mem', {}, 66, qr/cannot be read/) if -e '/proc/self/mem' && !$sanitized;
file('x/secret.ent', $good);
chmod 0, "$dir/x/secret.ent";
my $other = $> == 0 ? { uid => $nobody } : {};
refused('a file that may not be read',     'x/secret.ent', $other, 66, qr/may not be read/);
{
    my $got = run({}, 'check', 'x/folder.ent');
    ok($got->{code} == 3 && $got->{err} =~ m{x/folder\.ent: .*no file in it holds a check}, 'an empty folder is undecided');
    for my $command (['eval', 'x/folder.ent', '1'], ['dis', 'x/folder.ent']) {
        $got = run({}, @$command);
        ok($got->{code} == 66 && $got->{err} =~ m{x/folder\.ent: this is a folder}, "$command->[0] of a folder");
    }
    $got = run({}, 'check', 'x');
    ok(!broken($got) && $got->{code} == 66, 'a folder with things that are no drafts ends with 66');
    like($got->{err}, qr{x/$_\.ent: }, "... and names $_.ent") for qw(fifo zero dangling loop);
    like($got->{out}, qr{Draft +x/good\.ent}, '... and judges the one that is');
}
SKIP: {
    skip 'no /proc/version', 1 unless -f '/proc/version';
    my $got = run({}, 'check', '/proc/version');
    ok(!broken($got) && $got->{code} == 2 && $got->{err} =~ m{--> /proc/version:1:}, 'a file that is longer than it says is read whole');
}

# ---- files that it uses ----

my $n = 0;
# A draft whose only line uses this; one message, at the name.
sub uses {
    my ($name, $what, $code, $place, $text) = @_;
    my $file = file('u/u' . ++$n . '.ent', $text // "use \"$what\"\n$good");
    mistake($name, run($other, 'check', $file), $file, $code, $place // '1:5');
}
file('outside.ent', "let secret = 1\n");
file('u/sub/inner.ent', "use \"../beside.ent\" as b\nlet inner = b.beside\n");
file('u/beside.ent', "let beside = 1\n");
file('u/bad.ent', "let x = \n");
file('u/locked.ent', "let x = 1\n");
chmod 0, "$dir/u/locked.ent";
symlink '../outside.ent', "$dir/u/out.ent";
symlink "$dir/outside.ent", "$dir/u/abs.ent";
symlink '..', "$dir/u/up";
symlink '/', "$dir/u/all";
symlink 'beside.ent', "$dir/u/in.ent";
symlink '/dev/zero', "$dir/u/zero.ent";
symlink 'loop.ent', "$dir/u/loop.ent";
system 'mkfifo', "$dir/u/fifo.ent";
uses('a use that is not there',        'none.ent',           'E0003');
uses('a use in no folder',             'none/none.ent',      'E0003');
uses('a use below a file',             'beside.ent/x',       'E0003');
uses('a use without a name',           '',                   'E000[34]');
uses('a use of a folder',              'sub',                'E0003');
uses('a use of this folder',           '.',                  'E0003');
uses('a use of a FIFO',                'fifo.ent',           'E0003');
uses('a use that may not be read',     'locked.ent',         'E0003');
uses('a use of a link to itself',      'loop.ent',           'E000[34]');
uses('a use with a name too long',     'n' x 300,            'E0003');
uses('a use with a path too long',     './' x 3000 . 'x',    'E0003');
uses('a use of ..',                    '../outside.ent',     'E0004');
uses('a use of .. further in',         'sub/../../outside.ent', 'E0004');
uses('a use by a whole path',          "$dir/outside.ent",   'E0004');
uses('a use of /dev/zero',             '/dev/zero',          'E0004');
uses('a use of a link out',            'out.ent',            'E0004');
uses('a use of a whole link out',      'abs.ent',            'E0004');
uses('a use through a folder that leads out', 'up/outside.ent', 'E0004');
uses('a use through a link to all',    "all$dir/outside.ent", 'E0004');
uses('a use of a link to /dev/zero',   'zero.ent',           'E0004');
uses('a use of /proc/self/environ',    '/proc/self/environ', 'E0004');
uses('a use with a NUL',               '', 'E0107', '1:12', "use \"beside\\u{0}.ent\"\n$good");
uses('a use with a hole',              '', 'E\d+', undef, "use \"{1}.ent\"\n$good");
uses('a module that does not exist',   '', 'E0005', '1:5', "use std.none\n$good");
uses('a module of nobody',             '', 'E0005|E0101', undef, "use foo\n$good");
{
    my $file = file('u/b.ent', "use \"bad.ent\"\n$good");
    mistake('a mistake in a file that is used', run({}, 'check', $file), 'u/bad.ent', 'E0101', undef);
    $file = file('u/good.ent', "use \"sub/inner.ent\" as i\nuse \"in.ent\" as j\ncheck c { require i.inner == j.beside }\n");
    my $got = run({}, 'check', $file);
    ok($got->{code} == 0 && !length $got->{err}, 'a link and a .. that stay within the root are followed') or diag($got->{err});
}

# ---- circles, and depth ----

file('c/self.ent', "use \"self.ent\"\n");
file('c/a.ent', "use \"b.ent\"\n");
file('c/b.ent', "use \"./a.ent\"\n");
file('c/one.ent', "# 1\nuse \"two.ent\"\n");
file('c/two.ent', "use \"three.ent\"\n");
file('c/three.ent', "\n\nuse \"link.ent\"\n");
symlink 'one.ent', "$dir/c/link.ent";
mistake('a file that uses itself', run({}, 'check', 'c/self.ent'), 'c/self.ent', 'E0006', '1:1');
mistake('two files that use each other', run({}, 'check', 'c/a.ent'), 'c/b.ent', 'E0006', '1:1');
mistake('three, by way of a link', run({}, 'check', 'c/one.ent'), 'c/three.ent', 'E0006', '3:1');
like(run({}, 'check', 'c/one.ent')->{err}, qr{c/one\.ent -> c/two\.ent -> c/three\.ent -> c/one\.ent}, '... and the circle is shown');

# ---- the root ----

file('r/deep/x.ent', "use \"../lib.ent\"\ncheck c { require lib == 1 }\n");
file('r/lib.ent', "let lib = 1\n");
my %root = ('r' => 0, './r' => 0, 'r/' => 0, 'r/deep/..' => 0, "$dir/r" => 0, '.' => 0, '..' => 0, '/' => 0, 'r/deep' => 2, 'u' => 66, 'r/de' => 66, 'none' => 66, 'r/lib.ent' => 66);
for my $root (sort keys %root) {
    my $got = run({}, 'check', '--root', $root, 'r/deep/x.ent');
    my $why = broken($got) || ($got->{code} != $root{$root} && "exit $got->{code}, not $root{$root}") || ($got->{code} && $got->{err} !~ m{r/deep/x\.ent} && 'no path') || '';
    ok(!$why, "--root $root") or do { diag($why); diag($got->{err}) };
}
is(run({}, 'check', 'r/deep/x.ent')->{code}, 2, 'without --root it is the folder of the first file');
is(run({ in => "$dir/r/deep" }, 'check', '--root', '..', 'x.ent')->{code}, 0, '--root .. from within');
is(run({ in => "$dir/r/deep" }, 'check', '--root', "$dir/r", 'x.ent')->{code}, 0, '--root by its whole path from within');
file('r/deep/y.ent', "use \"../bad.ent\"\n");
file('r/bad.ent', "let x =\n");
mistake('a path is shown as it was given', run({ in => "$dir/r/deep" }, 'check', '--root', '..', 'y.ent'), '../bad.ent', 'E0101', undef);
mistake('... and so is a whole one', run({}, 'check', '--root', 'r', "$dir/r/deep/y.ent"), "$dir/r/deep/../bad.ent", 'E0101', undef);
symlink '../../outside.ent', "$dir/r/deep/out.ent";
is(run({}, 'check', '--root', 'r', 'r/deep/out.ent')->{code}, 66, 'with --root a link out is no first file');

like(run({}, 'check', '--root', 'r/none', 'r/deep/x.ent')->{err}, qr{its root, r/none,}, 'a root that is not there is named');
{
    my $path = 'deep' . '/d' x 33;
    file("$path/x.ent", $good);
    my $got = run({}, 'check', 'deep');
    ok(!broken($got) && $got->{code} == 2 && $got->{err} =~ /more than 32 folders deep/, 'folders more than 32 deep are said, not passed over') or diag($got->{err});
}

# ---- what is opened, and what if the system refuses ----

SKIP: {
    skip 'no strace', 17 if $sanitized || system('strace -o /dev/null true 2>/dev/null') != 0;
    my $lines = join '', map { "use \"$_\" as x" . ++$n . "\n" } '../outside.ent', "$dir/outside.ent", 'out.ent', 'abs.ent', 'up/outside.ent', "all$dir/outside.ent", 'zero.ent', 'sub/../../outside.ent', 'beside.ent', 'sub/inner.ent', 'fifo.ent';
    my $file = file('u/many.ent', "$lines$good");
    my $got = run({ before => ['strace', '-f', '-y', '-e', 'trace=open,openat,openat2,creat,execve,connect,socket', '-o', "$dir/trace"] }, 'check', $file);
    my $trace = Drive::slurp("$dir/trace");
    my %opened = map { $_ => 1 } $trace =~ /= \d+<([^>]*)>/g;
    my $real = Cwd::abs_path($dir);
    my @foreign = grep { !m{^\Q$real\E/u(/|$)} && !m{^/etc/ld\.so|^(/usr)?/lib|^/dev/null$|\.so(\.|$)} } sort keys %opened;
    ok($got->{code} == 2 && $opened{"$real/u/beside.ent"}, 'the program was watched') or diag($trace);
    is("@foreign", '', 'nothing outside the root was opened');

    # A kernel without openat2, or a container that forbids it: stricter, and as safe.
    for my $error (qw(ENOSYS EPERM)) {
        my @old = ('strace', '-f', '-o', '/dev/null', '-e', "inject=openat2:error=$error");
        my $file = file('u/o' . ++$n . '.ent', "use \"beside.ent\"\ncheck c { require beside == 1 }\n");
        is(run({ before => \@old }, 'check', $file)->{code}, 0, "without openat2 ($error) a file beside is found");
        for my $what ('../outside.ent', 'out.ent', 'in.ent', 'up/outside.ent', "$dir/outside.ent") {
            my $file = file('u/o' . ++$n . '.ent', "use \"$what\"\n$good");
            mistake("... and a use of " . ($what =~ m{^/} ? 'a whole path' : $what) . ' is refused', run({ before => \@old }, 'check', $file), $file, 'E000[34]', '1:5') if $error eq 'ENOSYS';
        }
    }
    # [what fails, on which file, exit code, what is said]
    for my $fault (['read:error=EINTR:when=1', 'in', 0, qr/passes/], ['read:error=EIO:when=1', 'in', 66, qr/cannot be read/], ['read:error=EIO:when=2', 'in', 66, qr/cannot be read/],
        ['read:retval=0:when=1', 'in', 3, qr/no check/], ['write:error=EINTR:when=1', 'out', 0, qr/passes/], ['write:error=EAGAIN:when=1', 'out', 0, qr/passes/], ['write:error=EIO:when=1', 'out', 2, qr/output cannot be written/], ['close:error=ENOSPC:when=1', 'out', 2, qr/output cannot be written/]) {
        my ($what, $where, $code, $says) = @$fault;
        my $file = file('u/io.ent', $good);
        my $path = $where eq 'in' ? "$real/$file" : "$real/.out";
        my $got = run({ before => ['strace', '-f', '-o', '/dev/null', '-P', $path, '-e', "inject=$what"] }, 'check', $file);
        ok($got->{code} == $code && "$got->{out}$got->{err}" =~ $says, "$what, " . ($where eq "in" ? "reading" : "writing") . ": exit $code") or diag("$got->{code} $got->{out} $got->{err}");
    }
}
1;
