# The same bytes everywhere: whatever the locale, the time zone, the environment and where the program lies in memory.
package Hostile;
use strict;
use warnings;
use Test::More;
our $dir;

my $here = Cwd::getcwd();
my @drafts = ("$here/tests/hostile/rich.ent", sort glob "$here/examples/*/{initiative,stress}.ent");
my $broken = file('s/broken.ent', "use std.units\nlet x = 1 t + 1 GWh\nlet y = nothing\nfact z\ncheck c { require ( }\n");
my %env = (
    'LC_ALL=C'      => { LC_ALL => 'C' },            'LC_ALL=tr_TR' => { LC_ALL => 'tr_TR.UTF-8', LANG => 'tr_TR.UTF-8', LANGUAGE => 'tr' },
    'LC_ALL=de_DE'  => { LC_ALL => 'de_DE.UTF-8', LC_NUMERIC => 'de_DE.UTF-8' }, 'TZ=Pacific/Kiritimati' => { TZ => 'Pacific/Kiritimati' },
    'TZ=:/dev/zero' => { TZ => ':/etc/passwd' },     'nothing' => {}, 'TERM and COLUMNS' => { TERM => 'xterm-256color', COLUMNS => '40', LINES => '5' },
    'NO_COLOR'      => { NO_COLOR => '1' },          'POSIXLY_CORRECT' => { POSIXLY_CORRECT => '1', HOME => '/nowhere', PATH => '' },
    'another heap'  => { GLIBC_TUNABLES => 'glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0:glibc.malloc.mmap_threshold=4096', MALLOC_PERTURB_ => '165' },
    'much'          => { map { ("V$_" => 'x' x 1000) } 1 .. 50 },
);
for my $args ((map { my $d = $_; map { ['check', '--format', $_, $d] } qw(text json tap github) } @drafts), ['check', $broken], ['dis', $drafts[0]], ['eval', $drafts[0], 'countries', '{c: c.name for c in concern}'], ['help', 'check']) {
    my $first = run({}, @$args);
    my @other = grep { my $got = run({ env => $env{$_} }, @$args); "$got->{code}\0$got->{out}\0$got->{err}" ne "$first->{code}\0$first->{out}\0$first->{err}" } sort keys %env;
    for (1 .. 3) { my $got = run({}, @$args); push @other, 'a second run' if "$got->{out}$got->{err}" ne "$first->{out}$first->{err}" }
    (my $name = "@$args") =~ s/\Q$here\E\///;
    ok(!@other, "the same bytes everywhere: $name") or diag("not with @other");
}
SKIP: {
    my $flat = run({ before => ['setarch', '-R'] }, 'check', $drafts[0]);
    skip 'no setarch -R here', 1 if $flat->{code} > 3;
    is($flat->{out}, run({}, 'check', $drafts[0])->{out}, 'the same bytes without address space layout randomisation');
}

1;
