# Whatever was not judged never passes: the table of exit codes.
package Hostile;
use strict;
use warnings;
use Test::More;
our ($dir, $sanitized);

my $n = 0;
my $pass = file('f/pass.ent', "check c { require 1 < 2 }\n");
my $deny = file('f/deny.ent', "check c { require 2 < 1 }\n");
my $none = file('f/none.ent', "let x = 1\n");
my $broken = file('f/broken.ent', "check c { require }\n");
my $open = file('f/open.ent', "use std.units\nresource r \"r\" { unit: t/yr }\ncheck c { require sum(capacity(k, r) for k in countries) > 0 t/yr }\n");
my $unknown = file('f/unknown.ent', "use std.units\nuse std.countries\nlayer l \"l\"\nresource r \"r\" { layer: l unit: t/yr }\ncheck c { require capacity(USA, r) > 0 t/yr }\n");
my $empty = file('f/empty.ent', "check c for r in resources { require false }\n");
mkdir "$dir/f/folder";
file('f/without/a.ent', "let x = 1\n");
file('f/mixed/a.ent', "let x = 1\n");
file('f/mixed/b.ent', "check c { require 1 < 2 }\n");
file('f/wrong/a.ent', "check c { require 1 < 2 }\n");
file('f/wrong/b.ent', "let x =\n");

# [exit code, what stands in stdout or stderr, args...]
my @table = (
    [0,  qr/passes/, 'check', $pass], [1, qr/denied/, 'check', $deny], [2, qr/E0101/, 'check', $broken],
    [3,  qr/no check/, 'check', $none], [3, qr/no check/, 'check', '--allow-undecided', $none],
    [3,  qr/undecided/, 'check', $unknown], [0, qr/passes/, 'check', '--allow-undecided', $unknown],
    [3,  qr/undecided/, 'check', $empty], 
    [66, qr/none\/x\.ent/, 'check', 'none/x.ent'], [66, qr/x\.ent/, 'check', $pass, 'none/x.ent'],
    [3,  qr/holds a check/, 'check', 'f/folder'], [3, qr/holds a check/, 'check', 'f/without'], [3, qr/holds a check/, 'check', '--allow-undecided', 'f/without'],
    [0,  qr/passed over 1 file/, 'check', 'f/mixed'], [2, qr/E0101/, 'check', 'f/wrong'],
    [1,  qr/denied/, 'check', $pass, $deny], [1, qr/denied/, 'check', $deny, $none], [2, qr/E0101/, 'check', $broken, $deny], [2, qr/E0101/, 'check', $broken, 'none/x.ent'],
    [64, qr/which command/], [64, qr/at least one file/, 'check'], [64, qr/one file/, 'dis'], [64, qr/expression/, 'eval', $pass], [64, qr/code/, 'explain'],
    [64, qr/no command/, 'chekc'], [64, qr/no command/, ''], [64, qr/no command/, '--nonsense'],
    [64, qr/did you mean check\?/, 'chekc'], [64, qr/did you mean explain\?/, 'expl'], [64, qr/did you mean  entente check \S+\.ent\?/, $pass],
    [66, qr/^entente: -: standard input is not read/m, 'check', '-'],
    (map { [66, qr/^entente: -: standard input is not read/m, @$_] } ['fmt', '-'], ['eval', '-', '1'], ['dis', '-'], ['doc', '-'], ['repl', '-']),
    [64, qr/no option/, 'check', '--nonsense', $pass], [64, qr/no option/, 'check', '-x', $pass], [64, qr/no option/, 'check', $pass, '--max-filee', '1'],
    [64, qr/takes no value/, 'check', '--allow-undecided=1', $pass], [64, qr/wants/, 'check', '--format', 'xml', $pass], [64, qr/wants/, 'check', '--format=', $pass],
    [64, qr/wants/, 'check', $pass, '--format'], [64, qr/no option/, 'dis', '--format', 'json', $pass], [64, qr/date/, 'check', '--as-of', '2026-02-30', $pass], [64, qr/date/, 'check', '--as-of', '', $pass],
    (map { [64, qr/wants/, 'check', '--max-memory', $_, $pass] } '0', '-1', '1x', '', ' 1', '1e9', '0x10', '99999999999999999999999', '99999999999G', '_1'),
    [64, qr/wants/, 'check', '--max-steps', '0', $pass], [64, qr/wants/, 'check', '--max-depth', '0', $pass], [64, qr/wants/, 'check', '--max-depth', '1001', $pass], [64, qr/wants/, 'check', '--max-file', 'K', $pass], [64, qr/wants/, 'check', '--max-output', '1KB', $pass], [64, qr/wants/, 'check', '--width', '5', $pass], [64, qr/wants/, 'check', '--root', '', $pass],
    [2,  qr/E0101|E0201/, 'eval', $pass, '1 +'], [2, qr/E0201/, 'eval', $pass, 'nothing'], [2, qr/E/, 'eval', $pass, ''], [2, qr/E/, 'eval', $pass, '1', '2 +'], [66, qr/x\.ent/, 'eval', 'none/x.ent', '1'],
    [2,  qr/E0101/, 'dis', $broken], [64, qr/E9999/, 'explain', 'E9999'], [0, qr/E0214/, 'explain', 'e0214'], [0, qr/entente/, '--version'], [0, qr/usage/, 'help'], [64, qr/no command/, 'help', 'nonsense'],
    [66, qr/--help/, 'check', '--', '--help'],
);
for (@table) {
    my ($code, $says, @args) = @$_;
    my $got = run({}, @args);
    my $why = broken($got) || ($got->{code} != $code && "exit $got->{code}, not $code") || ("$got->{out}$got->{err}" !~ $says && "does not say $says") || '';
    ok(!$why, "$code: entente @args") or do { diag($why); diag(substr "$got->{out}$got->{err}", 0, 600) };
}
for my $format (qw(text json tap github)) {
    my %want = ($pass => 0, $deny => 1, $broken => 2, $none => 3, $unknown => 3, $empty => 3, 'none/x.ent' => 66, 'f/folder' => 3, 'f/without' => 3);
    for my $path (sort keys %want) {
        my $got = run({}, 'check', '--format', $format, $path);
        ok(!broken($got) && $got->{code} == $want{$path}, "$format: exit $want{$path} for $path") or diag($got->{code}, $got->{out}, $got->{err});
        next if $format ne 'tap' || !length $got->{out};
        my $bad = $got->{out} =~ /^not ok/m ? 1 : 0;
        is($bad, $want{$path} ? 1 : 0, "tap: a test fails exactly if the exit code is not 0, for $path");
    }
}

# ---- output that cannot be written ----

for my $args (['check', $pass], ['check', $deny], ['check', '--format', 'json', $pass], ['eval', $pass, '1'], ['dis', $pass], ['help'], ['--version'], ['explain', 'E0101']) {
    my $got = run({ stdout => '/dev/full' }, @$args);
    ok($got->{code} == 2 && $got->{err} =~ /^entente: output cannot be written: No space left/m, "a full disk: @$args") or diag("$got->{code} $got->{err}");
    $got = run({ stdout => 'closed' }, @$args);
    ok($got->{code} == 2 && $got->{err} =~ /^entente: output cannot be written/m, "closed standard output: @$args") or diag("$got->{code} $got->{err}");
    $got = run({ stdout => 'gone' }, @$args);
    ok($got->{code} == 2 && $got->{err} eq '', "a reader that has gone, quietly: @$args") or diag("$got->{code} $got->{err}");
}
{
    my $got = run({ closed => [0, 1, 2] }, 'check', $pass);
    is($got->{code}, 2, 'all three standard files closed');
    $got = run({ closed => [2] }, 'check', $broken);
    is($got->{code}, 2, 'closed standard error');
    $got = run({ closed => [0] }, 'check', $pass);
    is($got->{code}, 0, 'closed standard input');
}

1;
