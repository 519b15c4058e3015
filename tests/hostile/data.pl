# Data from strangers: files that are not there, not plain or not within the root, cut off anywhere, endless, deep, wide or
# long; and queries that would do more than read, or never end.
package Hostile;
use strict;
use warnings;
use Test::More;
our ($dir, $sanitized);

my $good = "check c { require 1 < 2 }\n";
my $n = 0;
my $read = 'table t (s: string): string  data row in "FILE" { fact t(row.a) = row.b }';

# A draft that reads the file; one message, of this code, at its place in the draft or in the data.
sub data {
    my ($name, $what, $code, $where, $place, @options) = @_;
    my $file = file('d/d' . ++$n . '.ent', ($what =~ /^sqlite/ ? "data row in $what { }\n" : "data row in \"$what\" { }\n") . $good);
    return mistake($name, run({}, 'check', @options, $file), $where // $file, $code, $place);
}

# Reads what is there: exit CODE, and nothing worse; the messages when there are any.
sub reads {
    my ($name, $file, $text, $code, $says, @options) = @_;
    file("d/$file", $text);
    (my $draft = $read) =~ s/FILE/$file/;
    my $got = run({}, 'check', @options, file('d/d' . ++$n . '.ent', "$draft\n$good"));
    my $why = broken($got) || ($got->{code} != $code && "exit $got->{code}, not $code") || ($says && "$got->{out}$got->{err}" !~ $says && "does not say $says") || '';
    ok(!$why, $name) or do { diag($why); diag(substr "$got->{out}$got->{err}", 0, 800) };
}

# ---- files ----

file('outside.csv', "a,b\n1,2\n");
file('d/in.csv', "a,b\n1,2\n");
system 'mkfifo', "$dir/d/fifo.csv";
mkdir "$dir/d/folder.csv";
symlink '../outside.csv', "$dir/d/out.csv";
symlink '..', "$dir/d/up";
symlink '/dev/zero', "$dir/d/zero.csv";
symlink 'loop.csv', "$dir/d/loop.csv";
symlink '/dev/zero', "$dir/d/zero.db";
data('data that is not there',            'none.csv',        'E0003', undef, '1:13');
data('data that is a folder',             'folder.csv',      'E0003', undef, '1:13');
data('data from a FIFO',                  'fifo.csv',        'E0003', undef, '1:13');
data('data through a link to itself',     'loop.csv',        'E000[34]', undef, '1:13');
data('data by ..',                        '../outside.csv',  'E0004', undef, '1:13');
data('data by a whole path',              "$dir/outside.csv", 'E0004', undef, '1:13');
data('data through a link out',           'out.csv',         'E0004', undef, '1:13');
data('data through a folder that leads out', 'up/outside.csv', 'E0004', undef, '1:13');
data('data from /dev/zero',               'zero.csv',        'E0004', undef, '1:13');
data('a database that is /dev/zero',      'sqlite("zero.db", "select 1")', 'E0004', undef, '1:20');
data('a database by ..',                  'sqlite("../x.db", "select 1")', 'E0004', undef, '1:20');
data('a file of no known kind',           'in.txt',          'E0010', undef, '1:13');

# ---- limits ----

file('d/large.csv', "a,b\n" . "1,2\n" x 1000);
data('--max-data', 'large.csv', 'E0007', undef, '1:13', '--max-data', '1K');
reads('--max-file is not for data', 'small.csv', "a,b\n" . join('', map { "$_,2\n" } 1 .. 100), 0, undef, '--max-file', '200');
reads('a long line', 'long.csv', "a,b\n1," . 'x' x (10 << 20) . "\n", 0);
reads('a long line without an end', 'end.csv', "a,b\n1,\"" . 'x' x (10 << 20), 2, qr/E0012.*not closed/s);
reads('many lines that are wrong', 'wrong.csv', "a,b\n" . "1\n" x 300_000, 2, qr/E0012/);
reads('a cell that breaks lines', 'breaks.csv', "a,b\n1,\"" . "\n" x 1_000_000 . "\"\n", 0);
reads('only quotes', 'quotes.csv', "a,b\n" . '"' x 1_000_001, 2, qr/E0012/);
reads('only commas', 'commas.csv', ',' x 1_000_000, 2, qr/60,000 columns/);
reads('many columns', 'wide.csv', join(',', 'a', 'b', map { "c$_" } 1 .. 50_000) . "\n" . join(',', 1 .. 50_002) . "\n", 0);
reads('rows wider than their header', 'wider.csv', "a,b\n" . (join(',', 1 .. 1000) . "\n") x 1000, 2, qr/this row has 1000 cells/);
reads('steps are counted for rows', 'steps.csv', "a,b\n" . join('', map { "$_,2\n" } 1 .. 20_000), 2, qr/E0507/, '--max-steps', '10_000');
reads('memory is counted for rows', 'memory.csv', "a,b\n" . join('', map { "$_,2\n" } 1 .. 200_000), 2, qr/E0505/, '--max-memory', '8M');
reads('a NUL', 'nul.csv', "a,b\n1,\0\n", 2, qr/E0002.*nul\.csv:2:3/s);
reads('no UTF-8', 'latin.csv', "a,b\n1,\xe9\n", 2, qr/E0001.*latin\.csv:2:3/s);
reads('UTF-16', 'wide16.csv', "\xff\xfea\0,\0b\0", 2, qr/E0001/);
reads('marks that turn the writing round are shown, not obeyed', 'bidi.csv', "a,b\n1\n\xe2\x80\xae,x,y\n", 2, qr/E0012/);
reads('deep JSON', 'deep.json', '[{"a": ' . '[' x 500_000 . ']' x 500_000 . '}]', 2, qr/64 deep/);
reads('deep JSON objects', 'deepo.json', '{"a": ' x 500_000 . '1' . '}' x 500_000, 2, qr/64 deep/);
reads('deep JSON that is not closed', 'open.json', '[' x 1_000_000, 2, qr/E001[12]/);
reads('JSON with many members', 'members.json', '[{"a": "x", "b": "y", ' . join(', ', map { "\"m$_\": 1" } 1 .. 50_000) . '}]', 0);
reads('JSON with other members in each row', 'other.jsonl', join('', map { "{\"a\": \"$_\", \"b\": \"y\", \"m$_\": 1}\n" } 1 .. 30_000), 0);
reads('more members than may be', 'toomany.jsonl', join('', map { "{\"a\": \"$_\", \"b\": \"y\", \"m$_\": 1}\n" } 1 .. 70_000), 2, qr/60,000 different members/);
reads('a number with many digits', 'digits.json', '[{"a": "x", "b": ' . '9' x 1_000_000 . '}]', 0);
reads('an empty list', 'none.json', '[]', 0);
reads('no lines', 'none.jsonl', '', 0);

# ---- cut off anywhere, and changed anywhere ----

sub each_way {
    my ($name, $file, $text, @at) = @_;
    my @bad;
    for my $case (map({ ["cut at $_", substr $text, 0, $_] } @at), map { my $c = $text; substr($c, $_, 1) = chr(34 + $_ * 7 % 90); ["changed at $_", $c] } @at) {
        file("d/$file", $case->[1]);
        (my $draft = $read) =~ s/FILE/$file/;
        my $got = run({}, 'check', file('d/each.ent', "$draft\n$good"));
        my $why = broken($got) || ($got->{code} != 0 && $got->{code} != 2 && "exit $got->{code}") || '';
        push @bad, "$case->[0]: $why" if $why;
    }
    is("@bad[0 .. ($#bad < 3 ? $#bad : 3)]", '', $name);
}
my $csv = "\xef\xbb\xbfa,b,\"c \"\"d\"\"\"\r\n1,\"two\nlines\",\xc3\xa9\r\n3,\"q\"\"q\",\r\n";
my $json = '{"x": 1, "rows": [{"a": "1", "b": "\u00e9\ud83d\ude00\n", "c": {"d": [1, {"e": null}]}}, {"a": "2", "b": -1.5e3}]}';
each_way('CSV cut off or changed anywhere', 'each.csv', $csv, 0 .. length($csv) - 1);
each_way('JSON cut off or changed anywhere', 'each.json', $json, 0 .. length($json) - 1);

# ---- databases ----

system 'cp', 'tests/lang/data/rows.db', "$dir/d/rows.db";
my $db = Drive::slurp("$dir/d/rows.db");
{
    my @bad;
    for my $at (0, 1, 15, 16, 17, 18, 20, 24, 28, 40, 56, 60, 95, 99, 100, 101, 103, 105, 108, 200, map({ 4096 + $_ } 0 .. 12), 5000, 8100, 8180) {
        for my $case (["cut at $at", substr $db, 0, $at], map { my $c = $db; substr($c, $at, 1) = chr $_; ["$at is $_", $c] } 0, 1, 13, 127, 255) {
            file('d/each.db', $case->[1]);
            my $got = run({}, 'check', file('d/each.ent', "table t (s: string): string  data row in sqlite(\"each.db\", \"select id as a, note as b from m\") { fact t(row.a) = row.b }\n$good"));
            my $why = broken($got) || ($got->{code} != 0 && $got->{code} != 2 && "exit $got->{code}") || '';
            push @bad, "$case->[0]: $why" if $why;
        }
    }
    is("@bad[0 .. ($#bad < 3 ? $#bad : 3)]", '', 'a database cut off or changed anywhere');
}
my $endless = 'with recursive c(x) as (select 1 union all select x + 1 from c)';
data('a query without an end',          "sqlite(\"rows.db\", \"$endless select count(*) from c\")", 'E0507', undef, undef, '--max-steps', '1M');
data('a query whose rows have no end',  "sqlite(\"rows.db\", \"$endless select x from c\")", 'E050[57]|E0007', undef, undef, '--max-steps', '10M', '--max-data', '1M');
data('a query that sorts without end',  "sqlite(\"rows.db\", \"$endless select hex(x) from c order by 1\")", 'E050[57]', undef, undef, '--max-steps', '100M', '--max-memory', '50M');
data('a text that grows without end',   'sqlite("rows.db", "select replace(hex(printf(\'%.1000000c\', \'x\')), \'7\', hex(printf(\'%.100000c\', \'y\')))")', 'E0013|E050[57]|E0007', undef, undef, '--max-memory', '100M');
data('a query of another file',         'sqlite("rows.db", "select readfile(\'/etc/passwd\')")', 'E0013');
data('a query that writes a file',      'sqlite("rows.db", "vacuum into \'stolen.db\'")', 'E0013');
data('a query that makes a table',      'sqlite("rows.db", "create table x as select 1")', 'E0013');
ok(!-e "$dir/d/stolen.db" && Drive::slurp("$dir/d/rows.db") eq $db, '... and nothing was written');
SKIP: {
    skip 'no strace', 1 if $sanitized || system('strace -o /dev/null true 2>/dev/null') != 0;
    my $file = file('d/watched.ent', "data row in \"in.csv\" { }\ndata m in sqlite(\"rows.db\", \"select id from m order by note\") { }\n$good");
    my $got = run({ before => ['strace', '-f', '-y', '-e', 'trace=open,openat,openat2,creat,unlink,rename,mkdir', '-o', "$dir/trace"] }, 'check', $file);
    my %opened = map { $_ => 1 } Drive::slurp("$dir/trace") =~ /= \d+<([^>]*)>/g;
    my $real = Cwd::abs_path($dir);
    my @foreign = grep { !m{^\Q$real\E/d(/|$)} && !m{^/etc/ld\.so|^(/usr)?/lib|\.so(\.|$)} } sort keys %opened;
    ok($got->{code} == 0 && $opened{"$real/d/rows.db"} && !@foreign, 'reading data opens the data, and nothing else') or diag("@foreign", $got->{err});
}
1;
