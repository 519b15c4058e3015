# What a draft or a file name says is shown, and does nothing: no line begins with it, no format is broken by it.
package Hostile;
use strict;
use warnings;
use JSON::PP ();
use Test::More;
our $dir;

# Each stands once in a title, a message, a name, a comment that is quoted, and a file name. PWNED marks what must not begin a line.
my %evil = (
    'a GitHub error'        => '\n::error file=a,line=1::PWNED',
    'a GitHub command'      => '::stop-commands::PWNED',
    'after blanks'          => '\n   ::set-output name=x::PWNED',
    'the old GitHub form'   => '\n##[error]PWNED',
    'Azure'                 => '##vso[task.setvariable variable=PATH]PWNED',
    'TeamCity'              => "\\n##teamcity[testFailed name='PWNED']",
    'a TAP result'          => '\nok 99 - PWNED',
    'a TAP plan'            => '\n1..0 # PWNED',
    'TAP, given up'         => '\nBail out! PWNED',
    'a TAP directive'       => 'x # SKIP PWNED',
    'a diagnostic'          => '\nerror[E0001]: PWNED\n --> x.ent:1:1',
    'JSON'                  => '\", \"exit_code\": 0, \"x\": \"PWNED',
    'a percent escape'      => '%0A::error::PWNED',
    'a verdict'             => '\nVerdict  passes: PWNED',
    'backslashes'           => '\\\\\\\\n\\\\\"PWNED',
    'very long'             => 'PWNED ' x 3000,
    'very long, no blank'   => 'PWNED' x 3000,
    'wide characters'       => "\xe4\xbe\x9b\xe5\xba\x94" x 60 . '::error::PWNED',
    'combining characters'  => "e" . "\xcc\x81" x 500 . 'PWNED',
    'markup'                => '<script>PWNED</script>]]>&amp;',
);

# Why this is not the format it should be; ''.
sub malformed {
    my ($format, $text) = @_;
    return 'no line end at the end' if length $text && $text !~ /\n\z/;
    if ($format eq 'json') { return eval { JSON::PP->new->utf8->decode($text); 1 } ? '' : "no JSON: $@" }
    my ($plan, $tests) = (undef, 0);
    for (split /\n/, $text) {
        return "begins with input: $_" if /^(PWNED|Bail|ok 99|Verdict  passes: PWNED|error\[E0001\]: PWNED)/ || /^\s*::(?!(error|warning|notice) )/;
        if ($format eq 'github') { return "a command of others: $_" if /^\s*::/ && !/^::(error|warning|notice) (file=[^:,]+,line=\d+,col=\d+,)?title=[^:,]*::/ }
        elsif (/^\s*::/) { return "a command: $_" }
        next if $format ne 'tap';
        next if /^\s*#/ || !length;
        if (/^1\.\.(\d+)$/) { return 'two plans' if defined $plan; $plan = $1 }
        elsif (/^(not )?ok (\d+) - [^#]*$/) { return "out of order: $_" if $2 != ++$tests }
        elsif (!/^    /) { return "no TAP: $_" }
    }
    return "planned " . ($plan // 'nothing') . ", ran $tests" if $format eq 'tap' && ($plan // -1) != $tests;
    return '';
}

my $n = 0;
for my $what (sort keys %evil) {
    my $x = $evil{$what};
    (my $raw = $x) =~ s/\\[n"\\]/ /g;
    my $file = file('o' . ++$n . '.ent', <<"DRAFT");
use std.units
layer l "$x"
resource r "$x" { layer: l unit: t/yr note: "$x" }
country AAA "$x"
source s "$x" { publisher: "$x" }
supply r cite s { AAA: 5 t/yr }
check a "$x" for c in countries for k in resources { require capacity(c, k) > 9 t/yr else deny "$x {c.name} $x" }
check b "$x" { require capacity(AAA, r) > 1 t/yr else note "$x" }
check d "$x" for q in ["$x"] { require q == "" else warn "{q}" }
DRAFT
    my $bad = file('b' . $n . '.ent', "check a \"$x\" { require nothing == \"$x\" } # $raw\nuse \"$x\"\n");
    my @wrong;
    for my $format (qw(text json tap github)) {
        for my $run ([1, 'check', $file], [2, 'check', $bad], [2, 'check', $file, $bad]) {
            my ($code, @args) = @$run;
            my $got = run({}, @args, '--format', $format);
            my $why = broken($got) || ($got->{code} != $code && "exit $got->{code}, not $code") || malformed($format, $got->{out})
              || (length $got->{err} && malformed('text', $got->{err})) || '';
            push @wrong, "$format, @args: $why\n" . substr($got->{err}, 0, 300) if $why;
        }
    }
    my $got = run({}, 'eval', $file, "r.name", "[r.name]", "\"$x\"", "\"$x\" + 1");
    my $why = broken($got) || malformed('text', $got->{err}) || ($got->{out} =~ /^(\s*::.*)/m ? "a command: $1" : '');
    push @wrong, "eval: $why" if $why;
    my $told = file("d$n.ent", "## $raw\n##     $raw\n\n## $raw\nlet a = \"$x\"\nlayer l \"$x\"\n");
    for my $run ([0, $told], [0, $told, 'a'], [64, $told, $x]) {
        my ($code, @args) = @$run;
        my $got = run({}, 'doc', @args);
        my $why = broken($got) || ($got->{code} != $code && "exit $got->{code}, not $code") || malformed('text', "$got->{out}$got->{err}") || '';
        push @wrong, "doc @args: $why" if $why;
    }
    ok(!@wrong, "in a draft: $what") or diag(substr join("\n", @wrong), 0, 1500);
}

# ---- names of files ----

my @names = ("::error::PWNED", "a\n::error::PWNED", "a\nBail out! PWNED", "##[error]PWNED", "a # SKIP PWNED", "a\"b\\c", "%0A::PWNED", "\e[31mred", "\xff\xfe", "\xe2\x80\xaegpj",
    "\xe4\xbe\x9b\xe5\xba\x94", "a,b:c=d", "a\rb", "a\tb", "' x", '$(x)', 'x' x 200);
for my $name (@names) {
    my $broken = file("names/$name.ent", "let x =\n");
    my $passes = file("names2/$name.ent", "check c { require 1 < 2 }\n");
    my @wrong;
    for my $format (qw(text json tap github)) {
        for my $run ([2, $broken], [0, $passes], [66, "names3/$name.ent"], [2, $passes, $broken], [66, "names3/$name.ent", $passes]) {
            my ($code, @paths) = @$run;
            my $got = run({}, 'check', '--format', $format, '--', @paths);
            my $why = broken($got) || ($got->{code} != $code && "exit $got->{code}, not $code") || malformed($format, $got->{out})
              || (length $got->{err} && malformed('text', $got->{err})) || '';
            push @wrong, "$format, @paths: $why\n" . substr($got->{err}, 0, 300) if $why;
        }
    }
    (my $shown = $name) =~ s/([^ -~])/sprintf '\\x%02x', ord $1/ge;
    ok(!@wrong, 'a file named ' . substr($shown, 0, 40) =~ s/#/%/gr) or diag(substr join("\n", @wrong), 0, 1500);
}
for my $format (qw(text json tap github)) {
    my $got = run({}, 'check', '--format', $format, 'names', 'names2', 'names3');
    my $why = broken($got) || ($got->{code} != 2 && "exit $got->{code}") || malformed($format, $got->{out}) || malformed('text', $got->{err}) || '';
    ok(!$why, "whole folders of them, in $format") or diag($why);
}
for my $args (["::error::PWNED"], ["\n::error::PWNED"], ['check', "--\n::error::PWNED"], ['check', "--max-file", "\n::error::PWNED", 'x'], ['explain', "\n::error::PWNED"], ['doc', "\n::error::PWNED"], ['doc', 'std.stack', "\e[31m\n::error::PWNED"], ['help', "\e[31m##[error]PWNED"],
    ['check', '--root', "\n::error::PWNED", 'x.ent'], ['check', '--as-of', "\n::x::PWNED\xff", 'x.ent']) {
    my $got = run({}, @$args);
    my $why = broken($got) || (!$got->{code} && 'exit 0') || malformed('text', "$got->{out}$got->{err}") || '';
    ok(!$why, "arguments: " . (join(' ', @$args) =~ s/[^ -~]|#/./gr)) or do { diag($why); diag($got->{err}) };
}

# Colours only when asked for, and then only colours.
{
    my $file = file('o' . ++$n . '.ent', "check c \"x\" { require 2 < 1 }\n");
    my $got = run({}, 'check', '--color', 'always', $file);
    (my $plain = $got->{out}) =~ s/\e\[[0-9;]*m//g;
    ok($got->{out} =~ /\e\[/ && !unsafe($plain) && $plain eq run({}, 'check', $file)->{out}, 'colours are all that --color adds');
}

1;
