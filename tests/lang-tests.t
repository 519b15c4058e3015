#!/usr/bin/perl
# Tests in the language. Each draft of tests/testing/ gives what NAME.expected beside it says: `exit N`, then the output of
# `entente test` with the options of its comment `# test-args:`. Then paths, formats and codes.
use strict;
use warnings;
use File::Temp;
use Test::More;
require './tests/drive.t';

my @files = @ARGV ? @ARGV : sort glob 'tests/testing/*.ent';
for my $file (@files) {
    my ($args) = map { $_->[1] } Drive::notes(Drive::slurp($file), 'test-args');
    my $got = Drive::run('test', split(' ', $args // ''), $file);
    (my $expected = $file) =~ s/\.ent$/.expected/;
    my $text = "exit $got->{code}\n$got->{out}";
    if ($ENV{UPDATE}) { Drive::spill($expected, $text) }
    is($text, -e $expected ? Drive::slurp($expected) : '', $file);
}
if (@ARGV) { done_testing(); exit }

my $dir = File::Temp::tempdir(CLEANUP => 1);
sub file { my ($name, $text) = @_; Drive::spill("$dir/$name", $text); return "$dir/$name" }

# NAME, arguments, exit code, and what its output must have (or, negated, must not).
sub ends {
    my ($name, $args, $code, @has) = @_;
    my $got = Drive::run(@$args);
    my $all = $got->{out} . $got->{err};
    my @not = grep { ref $_ eq 'ARRAY' ? $all =~ $_->[0] : $all !~ $_ } @has;
    ok($got->{code} == $code && !@not, $name) or do { diag("wanted exit $code"); Drive::show($got) };
}

my $good = file('good.ent', qq{test "a" { expect 1 == 1 }\ntest "b & <c>" { expect 2 == 2 }\n});
my $bad  = file('bad.ent',  qq{test "d & <e>" { expect "<&>" == "\\"" }\n});
my $none = file('none.ent', "let x = 1\ncheck c { require 1 == 2 }\n");
my $user = file('user.ent', qq{use "bad.ent"\ntest "mine" { expect true }\n});
my $odd  = file('odd.ent', "test \"x\" { expect }\n");

ends('all pass', ['test', $good], 0, qr/^1\.\.2\n.*\nok 1 - a\nok 2 - b & <c>\n/);
ends('one fails', ['test', $bad], 1, qr/^not ok 1 - /m);
ends('a draft that does not compile', ['test', $odd], 2, qr/E0101/);
ends('a draft without a test', ['test', $none], 3, qr/not ok 1 - .*holds no test/);
ends('no file', ['test', "$dir/absent.ent"], 66);
ends('no path', ['test'], 64);
ends('tests of a file that is used are not run', ['test', $user], 0, qr/^1\.\.1\n/, [qr/d & <e>/]);
ends('checks are not run', ['test', $good, $none], 3, [qr/require/]);
ends('tests are not run by check', ['check', $bad], 3, [qr/not hold/]);
ends('... and are compiled by it', ['check', $odd], 2, qr/E0101/);

ends('several drafts are subtests', ['test', $good, $bad], 1, qr/^    1\.\.2\n/, qr/^ok 1 - .*good\.ent\nnot ok |^not ok 2 - .*bad\.ent\n1\.\.2\n/m);
mkdir "$dir/$_" or die $! for qw(mixed empty);
file("mixed/$_->[0]", $_->[1]) for ['a.ent', Drive::slurp($good)], ['b.ent', Drive::slurp($none)];
file('empty/b.ent', Drive::slurp($none));
ends('a folder: files without a test are passed over', ['test', "$dir/mixed"], 0, qr/a\.ent\n1\.\.1\n/, [qr/b\.ent/]);
ends('a folder without a test', ['test', "$dir/empty"], 3, qr/no file in it holds a test/);

my $rice = "\x{e7}\x{a8}\x{80}" x 3;    # three wide characters
my $wide = file('wide.ent', qq(test "a title that takes its room on the line" { expect "$rice" == "x" and len({1, 2}) == 3 }\n));
my $shown = qq(... expect "$rice" == "x" and);
ends('a line that is too wide is shown from what is expected on', ['test', '--format', 'text', '--width', '60', $wide], 1,
    qr/^ {10}\Q$shown\E.*\n {10} {20}\|.*\n {10} {20}false/m);
ends('... and whole where nobody says how wide the page is', ['test', $wide], 1, qr/^# test "a title.*3 \}\n/m);

ends('--run takes titles', ['test', '--run', '^a$', $good], 0, qr/^1\.\.1\n.*\nok 1 - a\n/);
ends('... extended expressions', ['test', '--run', '(x|&) ', $good], 0, qr/^1\.\.1\n/);
ends('... of several drafts', ['test', '--run', '^a$', $bad, $good], 0, qr/^    1\.\.1\n/, [qr/bad\.ent/]);
ends('... none', ['test', '--run', 'zzz', $good], 3, qr/not ok 1 - .*no test has a title that --run takes/);
ends('... what is none', ['test', '--run', '(', $good], 64, qr/regular expression/);

ends('JUnit', ['test', '--format', 'junit', $good, $bad], 1, qr/^<\?xml /, qr/<testsuite name="[^"]*good\.ent" tests="2" failures="0" errors="0">/,
    qr/name="b &amp; &lt;c&gt;"/, qr{<failure message="this does not hold">}, qr{</testsuites>\n\z});
ends('JUnit of what does not compile', ['test', '--format', 'junit', $odd], 2, qr/errors="1"/, qr/E0101/, qr{</testsuites>\n\z});
ends('JUnit of no test', ['test', '--format', 'junit', $none], 3, qr/errors="1"/, qr/holds no test/, qr{</testsuites>\n\z});
ends('text', ['test', '--format', 'text', $good], 0, qr/passes  a\n/, qr/^all 2 tests pass$/m);
ends('text, one fails', ['test', '--format', 'text', $bad], 1, qr/FAILS   d & <e>\n +.*bad\.ent:1:25: this does not hold\n/, qr/^1 of 1 test fails$/m);
ends('coverage', ['test', '--coverage', $good], 0, qr/^# coverage: the draft has no rule, function, check or clause$/m);
my $half = file('half.ent', qq{fn f(x: number) = x\nfn g(x: number) = x\ntest "f" { expect f(1) == 1 }\n});
my $all  = file('all.ent', qq{fn f(x: number) = x\ncheck c { require f(1) == 1 }\ntest "f" { expect passes(c) }\n});
ends('... of one draft', ['test', '--coverage', $half], 0, qr/^# coverage: 1 of 2 reached \(50 %\): 1 of 2 rules and functions\n#   not reached: fn g \(.*half\.ent:2:4\)$/m);
ends('... of several', ['test', '--coverage', $half, $all], 0, qr/^# coverage of all drafts: 3 of 4 reached \(75 %\)\n\z/m);
ends('... as text', ['test', '--coverage', '--format', 'text', $half, $all], 0, qr/^coverage: 2 of 2 reached \(100 %\)/m, qr/^coverage of all drafts: 3 of 4 reached/m);
ends('... as JUnit', ['test', '--coverage', '--format', 'junit', $half], 0, qr{<property name="coverage" value="1 of 2"/>}, qr{<system-out>coverage: 1 of 2.*\n  not reached: fn g });
ends('a threshold that is met', ['test', '--threshold', '75', $half, $all], 0);
ends('... that is not', ['test', '--threshold=76%', $half, $all], 1, qr/the tests reach 3 of 4 \(75 %\), and --threshold wants 76 %/);
ends('... that is not, as JUnit', ['test', '--threshold', '51', '--format', 'junit', $half], 1, qr/--threshold wants 51 %/);
ends('... where nothing can be reached', ['test', '--threshold', '100', $good], 0);
ends('... excuses no test that fails', ['test', '--threshold', '0', $bad], 1);
ends('... that is none: ' . ($_ || 'nothing'), ['test', "--threshold=$_", $half], 64, qr/a whole number from 0 to 100/) for '', '101', '-1', '5.5', '%', '50%%', 'x', '99999999999999999999';

my $broken = file('broken.ent', qq{test "a" { expect 1 == 1 }\ntest "b & <c>" { expect 1 == 2 expect 2 ^ (1 / 2) > 1 expect true }\ntest "d" { expect sum([1 - 1]) == 0 }\n});
ends('a test that cannot be run to its end', ['test', $broken], 2, qr/^ok 1 - a\nnot ok 2 - b & <c>\n(# .*\n)+# error\[E0404\]: .*\n(#.*\n)+ok 3 - d\n/m, qr/1 of 3 tests fails, 1 of which could not be run to the end/);
ends('... as JUnit', ['test', '--format', 'junit', $broken], 2, qr/tests="3" failures="0" errors="1"/, qr/<error type="E0404" message="an exponent is a whole number, without a unit">error\[E0404\]/, qr{name="d"/>});
my $text = Drive::run('test', '--format', 'text', $broken, $good);
ok($text->{code} == 2 && $text->{out} =~ /FAILS   b & <c>\n(.*\n)+ +error\[E0404\](.*\n)+  passes  d\n(.*\n)+all 2 tests pass\n/ && !$text->{err}, '... as text, on standard output') or Drive::show($text);
ends('titles', ['test', file('twice.ent', qq{test "a" { expect true }\ntest "a" { expect true }\n})], 0, qr/W0604/);

ends('a format of check', ['test', '--format', 'json', $good], 64, qr/tap, junit or text/);
ends('an option of check', ['test', '--fail-on', 'warn', $good], 64, qr/no option of test/);
ends('help', ['help', 'test'], 0, qr/--run REGEX/, qr/tap\|junit\|text/);
ends('bytecode', ['dis', $bad], 0, qr/^test d & <e>: /m, qr/EXPECT/);

# A report that is cut off, and a run that is too long.
ends('output has a limit', ['test', '--max-output', '50', $good], 2, qr/E0506/);
ends('steps have a limit', ['test', '--max-steps', '1K', file('long.ent', qq{test "t" { expect count(i for i in 1..100000) == 1 }\n})], 2, qr/E0507/);

my $givens = "use std.countries\ntest \"t\" {\n" . "given withdraw USA\n" x 255;
ends('255 givens', ['test', file('givens.ent', "$givens expect parties == {} }\n")], 0);
ends('... and no more', ['test', file('givens.ent', "$givens given withdraw JPN expect parties == {} }\n")], 2, qr/E0504.*'given's/);
my $many = join ' + ', ('x') x 150;
ends('of many values some are told', ['test', file('many.ent', "let x = 1\ntest \"t\" { expect $many == 0 }\n")], 1, qr/^# \(and \d+ values to the right of this\)$/m);
my $lines = join "\n+ ", ('x') x 150;
ends('... and the rest is counted', ['test', file('lines.ent', "let x = 1\ntest \"t\" { expect $lines == 0 }\n")], 1, qr/^# \(and \d+ more values\)$/m);

# Whatever titles and texts say, no line acts on a terminal or a build server.
my $evil = file('evil.ent', qq{test "::error::x\\n##[error]y\\nok 7 - # SKIP" { expect "\\n::error::\\n##vso[x]" == "" }\n});
for my $format (qw(tap junit text)) {
    ends("nothing acts, $format", ['test', '--format', $format, $evil], 1, [qr/^\s*::|##\[|##vso\[|^ok 7|\xe2\x80\xae|^(not )?ok .*# SKIP/m]);
}
done_testing();
