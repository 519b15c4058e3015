# Drafts without a mistake, and one mistake made in them by chance: for tests/mistakes.t.
package Mistakes;
use strict;
use warnings;
use Digest::MD5 qw(md5);
use File::Basename qw(dirname);
use File::Path;
use JSON::PP;

# ---- drafts ----

# A copy of each folder, so that what a draft uses is beside it. [{name, dir, text, asks, known}]
sub drafts {
    my ($at) = @_;
    my $n = 0;
    my (%dir, @found);
    for my $file (map { Drive::files($_, '.ent') } 'tests/lang', 'examples', 'stdlib') {
        my $from = dirname($file);
        my $dir = $dir{$from} //= folder("$at/" . $from =~ s{/}{_}gr, grep { /\.(ent|csv|jsonl?|db)$/ } glob("$from/*"));
        my $text = Drive::slurp($file);
        push @found, { name => $file, dir => $dir, text => $text, asks => [map { $_->[1] } Drive::notes($text, 'eval')] };
    }
    push @found, spec_drafts(folder("$at/spec"));
    for (@found) { $_->{file} = "$_->{dir}/draft" . $n++ . '.ent'; Drive::spill(@$_{qw(file text)}) }
    return grep { keep($_) } judged(@found);
}

sub folder {
    my ($to, @files) = @_;
    File::Path::make_path($to);
    Drive::spill("$to/" . s{.*/}{}r, Drive::slurp($_)) for @files;
    return $to;
}

sub spec_drafts {
    my ($dir) = @_;
    my ($open, $line) = (undef, 0);
    my (%by, @found);
    for (split /^/, Drive::slurp('SPEC.md')) {
        $line++;
        if (!$open) { $open = { words => $2, language => $1, text => '', line => $line } if /^```(\w*)[ ]*(.*)$/; next }
        if (!/^```\s*$/) { $open->{text} .= $_; next }
        my ($b, %mark) = ($open, map { /^(\w+)=(.*)/ ? ($1 => $2) : ($_ => 1) } split ' ', $open->{words});
        undef $open;
        Drive::spill("$dir/$mark{file}", $b->{text}) if $mark{file};
        next if $b->{language} ne 'entente' || $mark{error};
        if ($mark{eval}) { push @{ $by{ $mark{in} }{asks} }, $b->{text} =~ /^(.*?) +# =>/gm if $mark{in} && $by{ $mark{in} }; next }
        push @found, { name => "SPEC.md:$b->{line}", dir => $dir, text => ($mark{after} ? $by{ $mark{after} }{text} : '') . $b->{text}, asks => [] };
        $by{ $mark{id} } = $found[-1] if $mark{id};
    }
    return @found;
}

# What each draft is told as it stands; those with an error are left out.
sub judged { my @d = @_; my $r = reports(map { $_->{file} } @d); $_->{report} = $r->{ $_->{file} } for @d; return @d }
sub keep {
    my ($d) = @_;
    $d->{known} = { map { $_ => 1 } @{ $d->{report}{told} } };
    return !grep { /^E/ } keys %{ $d->{known} };
}

# What the drafts are asked: each expression as a `let` behind its draft, in which alone mistakes are made.
sub asked {
    my $n = 0;
    my @found;
    for my $d (@_) {
        for my $ask (@{ $d->{asks} }) {
            my $head = "$d->{text}\nlet asked_ = ";
            push @found, { name => "$d->{name}: $ask", dir => $d->{dir}, text => "$head$ask\n", from => length $head, file => "$d->{dir}/asked" . $n++ . '.ent' };
            Drive::spill(@{ $found[-1] }{qw(file text)});
        }
    }
    my @good = grep { keep($_) } judged(@found);
    unlink map { $_->{file} } @found;
    return @good;
}

# By file: {code, told: ["CODE message"...]}, all of them in a few processes.
sub reports {
    my @files = @_;
    my %by;
    while (my @some = splice @files, 0, 1000) {
        my $got = Drive::run('check', '--jobs', '2', '--format', 'json', '--max-steps', '3000000', @some);
        my $all = eval { JSON::PP->new->utf8->decode($got->{out}) } || [];
        $all = [$all] if ref $all ne 'ARRAY';
        $by{ $some[$_] } = { code => $all->[$_]{exit_code} // -1, told => [map { "$_->{code} $_->{message}" } @{ $all->[$_]{diagnostics} || [] }] } for 0 .. $#some;
    }
    return \%by;
}

# ---- mistakes ----

my %kept = map { $_ => 1 } Drive::slurp('grammar/scan.l') =~ /^  "(\w+)" +(?:WORD|ROW_OR)/gm;
my $state = 0;
sub some { my ($n) = @_; $state = ($state * 1103515245 + 12345) % 2147483648; return int($state / 65536) % $n }
sub pick { return $_[some(scalar @_)] }

sub tokens {
    my ($d) = @_;
    return $d->{tokens} //= do {
        my ($s, @t) = ($d->{text});
        pos($s) = $d->{from} || 0;
        while (pos($s) < length $s) {
            next if $s =~ /\G(?:\s+|#[^\n]*)/gc;
            my $at = pos $s;
            my $kind = $s =~ /\G"(?:[^"\\{\n]|\\.|\{(?:[^"{}\n]|"[^"{}\n]*")*\}|\{)*"/gc ? 'text' : $s =~ /\G\d{4}-\d\d-\d\d/gc ? 'date' : $s =~ /\G\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?/gc ? 'number'
              : $s =~ /\G[A-Za-z_]\w*/gc ? 'word' : $s =~ /\G(?:==|!=|<=|>=|\.\.|\?\?|\S)/gc ? 'mark' : die;
            push @t, { kind => $kind, at => $at, end => pos $s, text => substr($s, $at, pos($s) - $at) };
        }
        \@t;
    };
}

sub misspell {
    my ($w) = @_;
    my ($how, $i) = (some(4), some(length $w));
    return substr($w, 0, $i) . substr($w, $i + 1) if $how == 0 && length $w > 2;
    return substr($w, 0, $i + 1) . substr($w, $i) if $how == 1;
    if ($how == 2 && $i + 1 < length $w) { substr($w, $i, 2) = reverse substr($w, $i, 2); return $w }
    substr($w, $i, 1) = substr($w, $i, 1) eq 'q' ? 'z' : 'q';
    return $w;
}

my %other  = ('(' => '[{', '[' => '({', '{' => '([', ')' => ']}', ']' => ')}', '}' => ')]');
my %signs  = (and => '&&', or => '||', not => '!', '!=' => '<>', '<=' => '=<', '>=' => '=>');
my $is_name = sub { $_[0]{kind} eq 'word' && !$kept{ $_[0]{text} } };
my $figure  = sub { my ($t, $u) = @_; return $t->{kind} eq 'number' && $u && $is_name->($u) && $u->{at} <= $t->{end} + 1 };
my $bracket = sub { return defined $other{ $_[0]{text} } };
my $of = sub { my ($kind) = @_; return sub { $_[0]{kind} eq $kind } };
my $is = sub { my ($text) = @_; return sub { $_[0]{text} eq $text } };
my $always = sub { 1 };
my $ends_line = sub { my ($t, $u, $d) = @_; return substr($d->{text}, $t->{end}) =~ /^ *\n/ };
my $whole = sub { my ($t, $u, $d) = @_; return !$d->{from} };

# A kind of mistake: where it can be made, and what then stands in place of the token (an array: of text from the first to the second place).
my %kinds = (
    'left out'     => [$always, sub { '' }],
    'doubled'      => [$always, sub { "$_[0]{text} $_[0]{text}" }],
    'swapped'      => [sub { $_[1] }, sub { my ($t, $u, $d) = @_; my $gap = substr($d->{text}, $t->{end}, $u->{at} - $t->{end}); $gap =~ /#/ ? undef : [$u->{text} . ($gap || ' ') . $t->{text}, $t->{at}, $u->{end}] }],
    'a wrong bracket'  => [$bracket, sub { pick(split //, $other{ $_[0]{text} }) }],
    'bracket left out' => [$bracket, sub { '' }],
    'one bracket more' => [$always, sub { pick(qw/( ) [ ] { }/) . $_[0]{text} }],
    'letter'       => [$is_name, sub { misspell($_[0]{text}) }],
    'keyword'      => [sub { $kept{ $_[0]{text} } }, sub { misspell($_[0]{text}) }],
    'capital'      => [$of->('word'), sub { my $w = $_[0]{text}; $w eq lc $w ? ucfirst $w : lc $w }],
    '= for =='     => [$is->('=='), sub { '=' }],
    '== for ='     => [$is->('='), sub { '==' }],
    '= for :'      => [$is->(':'), sub { '=' }],
    ': for ='      => [$is->('='), sub { ':' }],
    '; for a comma'   => [$is->(','), sub { ';' }],
    '; at the end'    => [$ends_line, sub { "$_[0]{text};" }],
    'comma at the end' => [$ends_line, sub { "$_[0]{text}," }],
    'stop at the end' => [$ends_line, sub { "$_[0]{text}." }],
    'and for a comma' => [$is->(','), sub { ' and' }],
    'other signs'  => [sub { $signs{ $_[0]{text} } }, sub { $signs{ $_[0]{text} } }],
    'quote not opened' => [$of->('text'), sub { substr $_[0]{text}, 1 }],
    'quote not closed' => [$of->('text'), sub { substr $_[0]{text}, 0, -1 }],
    'single quotes' => [$of->('text'), sub { "'" . substr($_[0]{text}, 1, -1) . "'" }],
    'curly quotes' => [$of->('text'), sub { "\xe2\x80\x9c" . substr($_[0]{text}, 1, -1) . "\xe2\x80\x9d" }],
    'no else'      => [$is->('else'), sub { '' }],
    'thousands'    => [$of->('number'), sub { '1,000' }],
    'no unit'      => [$figure, sub { my ($t, $u, $d) = @_; substr($d->{text}, $u->{at}) =~ /^[\w\/*]*/; ['', $t->{end}, $u->{at} + length $&] }],
    'unit misspelt' => [$figure, sub { my ($t, $u) = @_; [misspell($u->{text}), $u->{at}, $u->{end}] }],
    'another unit' => [$figure, sub { my ($t, $u, $d) = @_; substr($d->{text}, $u->{at}) =~ /^[\w\/*]*/; [pick(qw(wafer t t/yr GWh d USD)), $u->{at}, $u->{at} + length $&] }],
    'a wrong number' => [$of->('number'), sub { pick(0, -1, '1e9', '1.2.3', '12_', '.5', '2.') }],
    'a wrong date' => [$of->('date'), sub { pick('2026-13-01', '2026-1-1', '1999-01-01', '2026', '2026/01/01', '3000-01-01', '01-02-2026') }],
    'typed over'   => [$always, sub { my $w = $_[0]{text}; substr($w, some(length $w), 1) = pick(qw(x q 1 $ ~ - . " { @), '\\', ' '); $w }],
    'another word' => [sub { $kept{ $_[0]{text} } }, sub { pick(sort keys %kept) }],
    'another thing' => [sub { $_[0]{kind} ne 'mark' && !$kept{ $_[0]{text} } }, sub { pick('"text"', 12, '2026-01-01', 'true', '{1}', 'USA', '5 t') }],
    'line left out' => [$whole, sub { my ($lo, $hi) = line(@_); ['', $lo, $hi] }],
    'line doubled' => [$whole, sub { my ($lo, $hi) = line(@_); [substr($_[2]{text}, $lo, $hi - $lo), $lo, $lo] }],
);
sub kinds { return sort keys %kinds }
sub line { my ($t, $u, $d) = @_; my $end = index $d->{text}, "\n", $t->{at}; return (rindex($d->{text}, "\n", $t->{at}) + 1, $end < 0 ? length $d->{text} : $end + 1) }

# Each in a file beside what its draft uses: [{kind, draft, file}]. What is drawn for a draft rests on the seed and on its text and on nothing
# else, so that another draft beside it, or a change in one, leaves the mistakes of all others as they are. Of each draft `many` are made, and
# of what it is asked a fortieth as many of each expression, which is none or one.
sub make {
    my ($seed, $many, $drafts, $asked) = @_;
    my @made;
    for my $d (@$drafts, @$asked) {
        $state = unpack('N', md5("$seed\n$d->{text}")) % 2147483648;
        push @made, made($d, $d->{from} ? int(($many + some(40)) / 40) : $many);
    }
    return @made;
}

sub made {
    my ($d, $many) = @_;
    my ($tries, @made, %seen) = (0);
    while (@made < $many && $tries++ < 20 * $many) {
        my $kind = pick(kinds());
        my ($can, $put) = @{ $kinds{$kind} };
        my $t = tokens($d);
        my $i = some(scalar @$t);
        my $last = $i + 60 < $#$t ? $i + 60 : $#$t;
        $i++ while $i < $last && !$can->($t->[$i], $t->[$i + 1], $d);
        next if !$can->($t->[$i], $t->[$i + 1], $d);
        my $new = $put->($t->[$i], $t->[$i + 1], $d) // next;
        my ($with, $lo, $hi) = ref $new ? @$new : ($new, $t->[$i]{at}, $t->[$i]{end});
        my $text = substr($d->{text}, 0, $lo) . $with . substr($d->{text}, $hi);
        next if $text eq $d->{text} || $seen{$text}++;
        push @made, { kind => $kind, draft => $d, file => $d->{file} =~ s/\.ent$/_@{[scalar @made]}.ent/r };
        Drive::spill($made[-1]{file}, $text);
    }
    return @made;
}

1;
