/* Tokens -> tree. An action calls one constructor. How to change this file: README.md beside it. */
%require "3.8"
%define api.pure full
%define api.push-pull push
%define api.prefix {ent_}
%define api.token.prefix {TOK_}
%define api.token.raw
%define api.location.type {Span}
%define parse.error custom
%define parse.lac full
%define parse.trace
%locations
%expect 0
%parse-param {struct Parse *p}

%code requires {
#include "base/date.h"
#include "syntax/ast.h"
struct Parse;
}
%code {
#include "syntax/parse_state.h"
#define MAKE(kind, op, a, b, c, d) ast_make(p->unit, N_##kind, yyloc /* @$ */, op, 0, a, b, c, d)
#define YYLLOC_DEFAULT(cur, rhs, n) do { \
    if (n) { (cur).lo = YYRHSLOC(rhs, 1).lo; (cur).hi = YYRHSLOC(rhs, n).hi; } \
    else (cur).lo = (cur).hi = YYRHSLOC(rhs, 0).hi; } while (0)
/* Bison's stack is the one thing taken outside the memory door: its allocator is given no context. Its depth is bounded. */
#define YYMAXDEPTH 8000
static void yyerror(const Span *at, struct Parse *p, const char *msg);
}

%union {
  const char *text;
  uint32_t index;
  Day day;
  int op;
  Node *node;
}

/* words */
%token USE "use" AS "as" KIND "kind" TABLE "table" FACT "fact" WORLD "world" DATA "data" DEFAULT "default" LAYER "layer"
  COUNTRY "country" GROUP "group" CONCERN "concern" UNIT "unit" SOURCE "source" RESOURCE "resource"
  REQUIRES "requires" SUPPLY "supply" DEMAND "demand" FROM "from" UNTIL "until" THROUGH "through" BY "by"
  CITE "cite" CONTROL "control" ON "on" AGAINST "against" SUSPENDED "suspended" ROUTE "route"
  AGREEMENT "agreement" PARTIES "parties" TERM "term" ARTICLE "article" CLAUSE "clause" EACH "each" OF "of"
  JOINTLY "jointly" SHALL "shall" MAY "may" INTENDS "intends" TO "to" NOT "not" RESTRICT "restrict"
  STOCKPILE "stockpile" CARRY "carry" BUY "buy" FUND "fund" YIELDING "yielding" EXEMPT "exempt"
  UNDERTAKE "undertake" VIA "via" WHEN "when" UNLESS "unless" LET "let" FN "fn" RULE "rule" CHECK "check"
  REQUIRE "require" DENY "deny" WARN "warn" NOTE "note" FOR "for" IN "in" NOT_IN "not in" WHERE "where"
  SCENARIO "scenario" WITHDRAW "withdraw" IMPOSE "impose" LIFT "lift" CLOSE "close" SCALE "scale"
  SUSPEND "suspend" ASSUME "assume" AMENDMENT "amendment" ADD "add" STRIKE "strike" REPLACE "replace" IF "if" THEN "then" ELSE "else" IMPLIES "implies" OR "or" AND "and"
  MOD "mod" AT "at" THROUGHOUT "throughout" SOMETIME "sometime" WITHOUT "without" UNDER "under"
  TEST "test" GIVEN "given" EXPECT "expect" EXTERN "extern" TRUE "true" FALSE "false"
/* marks */
%token LBRACE "{" RBRACE "}" LPAREN "(" RPAREN ")" LBRACKET "[" RBRACKET "]" COMMA "," COLON ":" SEMI ";"
  DOT "." DOTDOT ".." DEFAULTS "??" EQ "==" NE "!=" LE "<=" GE ">=" LT "<" GT ">" ASSIGN "=" PLUS "+" MINUS "-"
  STAR "*" SLASH "/" CARET "^" ATSIGN "@"
%token <text> IDENT "a name" UNIT_NAME "a unit"
%token <index> NUMBER "a number" STRING "a text in quotes" STR_HEAD "a text" STR_MID "more text" STR_TAIL "the end of the text"
%token <day> DATE "a date"
/* declarations or clauses in a common form, whole: see scan_row.c. No message names it: where there is one to give, none is read */
%token <node> ROW "a row" CLAUSE_ROW "a row of clauses"
/* the first token of a parse that wants an expression, a clause or one step of a scenario, and not a draft */
%token WANT_EXPR "an expression" WANT_CLAUSE "a clause" WANT_SHOCK "a step"

%type <node> items item decl title string parts path fields_opt fields field field_name names kind kfields instance
  ename atom entity supply demand entries entry pieces piece literal mods mod cited requires inputs input control against suspensions
  agreement members member article clauses clause label subject act on via yielding to targets cmods cmod
  amendment since starts changes change let fn fn_name extern symbol rule params_opt params param type_opt type plain_type tname unit_expr check gens_opt gens gen id requirements
  data where rowdecls rowdecl requirement message scenario shocks shock test steps step table keys default fact world group concern unit use
  expr logic arith primary list elements element args_opt args
%type <op> modal severity

/* loosest: what `if ... else` and `let ...;` take to their right */
%precedence OPEN_END
%precedence "at" "throughout" "sometime" "without" "under"
%right "implies"
%left "or"
%left "and"
%precedence "not"
%left "??"
%nonassoc ".."
%left "+" "-"
%left "*" "/" "mod"
%precedence NEGATION
%right "^"

%%

start
  : items                               { p->root = MAKE(FILE, 0, $1, NULL, NULL, NULL); }
  | WANT_EXPR expr                      { p->root = $2; }
  | WANT_CLAUSE clause                  { p->root = $2; }
  | WANT_SHOCK shock                    { p->root = $2; }
  ;

items
  : %empty                              { $$ = ast_list(p->unit, @$); }
  | items item                          { $$ = parse_append(p, $1, $2); }
  | items error                         { $$ = $1; }
  ;
item: use | decl | ROW ;

use
  : "use" path                          { $$ = MAKE(USE, 0, $2, NULL, NULL, NULL); }
  | "use" path "as" IDENT               { $$ = MAKE(USE, 0, $2, parse_name(p, @4), NULL, NULL); }
  ;
path
  : IDENT                               { $$ = parse_name(p, @1); }
  | path "." IDENT                      { $$ = parse_name(p, @$); }
  | STRING                              { $$ = parse_string(p, @1, $1); }
  ;

decl
  : kind | instance | entity | requires | table | fact | world | group | concern | unit | supply | demand | control
  | agreement | amendment | let | fn | extern | rule | check | scenario | test | data
  ;

title: %empty { $$ = NULL; } | string ;
string
  : STRING                              { $$ = parse_string(p, @1, $1); }
  | STR_HEAD parts STR_TAIL             { $$ = parse_interp(p, @$, parse_string(p, @1, $1), $2, parse_string(p, @3, $3)); }
  ;
parts
  : expr                                { $$ = ast_append(p->unit, NULL, $1); }
  | parts STR_MID expr                  { $$ = ast_append(p->unit, ast_append(p->unit, $1, parse_string(p, @2, $2)), $3); }
  ;

open:  "{"                              { parse_block_open(p, @1); } ;
close: "}"                              { parse_block_close(p); } ;
comma: %empty | "," ;

fields_opt: %empty { $$ = NULL; } | open fields close { $$ = $2; } ;
fields
  : %empty                              { $$ = ast_list(p->unit, @$); }
  | fields field comma                  { $$ = ast_append(p->unit, $1, $2); }
  | fields error                        { $$ = $1; }
  ;
field: field_name ":" expr              { $$ = MAKE(ARG, 0, $3, NULL, NULL, NULL); $$->sym = $1->sym; } ;
field_name
  : IDENT { $$ = parse_name(p, @1); }
  | "requires" { $$ = parse_name(p, @1); } | "resource" { $$ = parse_name(p, @1); } | "layer" { $$ = parse_name(p, @1); }
  | "unit" { $$ = parse_name(p, @1); }     | "source" { $$ = parse_name(p, @1); }   | "route" { $$ = parse_name(p, @1); }
  | "country" { $$ = parse_name(p, @1); }  | "demand" { $$ = parse_name(p, @1); }   | "supply" { $$ = parse_name(p, @1); }
  | "cite" { $$ = parse_name(p, @1); }     | "term" { $$ = parse_name(p, @1); }     | "parties" { $$ = parse_name(p, @1); }
  | "note" { $$ = parse_name(p, @1); }     | "group" { $$ = parse_name(p, @1); }    | "add" { $$ = parse_name(p, @1); }
  | "data" { $$ = parse_name(p, @1); }
  | "strike" { $$ = parse_name(p, @1); }   | "replace" { $$ = parse_name(p, @1); }  | "amendment" { $$ = parse_name(p, @1); }
  ;
names
  : IDENT                               { $$ = ast_append(p->unit, NULL, parse_name(p, @1)); }
  | names "," IDENT                     { $$ = ast_append(p->unit, $1, parse_name(p, @3)); }
  ;

/* a draft's own kinds of entity, and one of them */
kind: "kind" IDENT title open kfields close { $$ = MAKE(KIND, 0, parse_name(p, @2), $3, $5, NULL); } ;
kfields
  : %empty                              { $$ = ast_list(p->unit, @$); }
  | kfields field_name ":" type comma   { @$.lo = @2.lo; $$ = ast_append(p->unit, $1, MAKE(KIND_FIELD, 0, $2, $4, NULL, NULL)); }
  | kfields error                       { $$ = $1; }
  ;
instance: IDENT ename title fields_opt  { $$ = parse_entity(p, @$, K_BUILTIN, @1, $2, $3, $4); } ;
entity
  : "layer" IDENT title fields_opt      { $$ = parse_entity(p, @$, K_LAYER, @1, parse_name(p, @2), $3, $4); }
  | "country" ename title fields_opt    { $$ = parse_entity(p, @$, K_COUNTRY, @1, $2, $3, $4); }
  | "source" ename title fields_opt     { $$ = parse_entity(p, @$, K_SOURCE, @1, $2, $3, $4); }
  | "resource" ename title fields_opt   { $$ = parse_entity(p, @$, K_RESOURCE, @1, $2, $3, $4); }
  | "route" ename title fields_opt      { $$ = parse_entity(p, @$, K_ROUTE, @1, $2, $3, $4); }
  ;
group: "group" IDENT title "=" expr     { $$ = MAKE(GROUP, 0, parse_name(p, @2), $3, $5, NULL); } ;
concern: "concern" names                { $$ = MAKE(CONCERN, 0, $2, NULL, NULL, NULL); } ;
unit
  : "unit" IDENT title                  { $$ = MAKE(UNIT_DECL, 0, parse_name(p, @2), $3, NULL, NULL); }
  | "unit" IDENT title "=" expr         { $$ = MAKE(UNIT_DECL, 0, parse_name(p, @2), $3, $5, NULL); }
  ;

/* facts */
supply: "supply" ename mods open entries close  { $$ = MAKE(SUPPLY, 0, $2, $3, $5, NULL); } ;
demand
  : "demand" ename mods open entries close      { $$ = MAKE(DEMAND, 0, $2, $3, $5, NULL); }
  | "demand" ename ":" arith mods               { $$ = MAKE(DEMAND_JOINT, 0, $2, $4, $5, NULL); }
  ;
entries
  : %empty                              { $$ = ast_list(p->unit, @$); }
  | entries entry comma                 { $$ = ast_append(p->unit, $1, $2); }
  | entries error                       { $$ = $1; }
  ;
entry: ename ":" arith mods             { $$ = MAKE(ENTRY, 0, $1, $3, $4, NULL); } ;
mods
  : %empty                              { $$ = NULL; }
  | mods mod                            { $$ = ast_append(p->unit, $1, $2); }
  ;
mod
  : "from" arith                        { $$ = MAKE(MOD, MOD_FROM, $2, NULL, NULL, NULL); }
  | "until" arith                       { $$ = MAKE(MOD, MOD_UNTIL, $2, NULL, NULL, NULL); }
  | "through" arith                     { $$ = MAKE(MOD, MOD_THROUGH, $2, NULL, NULL, NULL); }
  | "by" arith                          { $$ = MAKE(MOD, MOD_BY, $2, NULL, NULL, NULL); }
  | "cite" cited                        { $$ = MAKE(MOD, MOD_CITE, $2, NULL, NULL, NULL); }
  ;
cited
  : IDENT                               { $$ = ast_append(p->unit, NULL, parse_name(p, @1)); }
  | "{" names "}"                       { $$ = $2; }
  ;
requires: "requires" ename mods open inputs close { $$ = MAKE(REQUIRES, 0, $2, $3, $5, NULL); } ;
inputs
  : %empty                              { $$ = ast_list(p->unit, @$); }
  | inputs input comma                  { $$ = ast_append(p->unit, $1, $2); }
  | inputs error                        { $$ = $1; }
  ;
input
  : ename                               { $$ = MAKE(ENTRY, 0, $1, NULL, NULL, NULL); }
  | ename ":" arith                     { $$ = MAKE(ENTRY, 0, $1, $3, NULL, NULL); }
  ;
world: "world" ename ":" arith mods     { $$ = MAKE(WORLD, 0, $2, $4, $5, NULL); } ;
table: "table" IDENT title keys ":" type default { $$ = MAKE(TABLE, 0, parse_name(p, @2), $3, $4, $6); ast_kid(p->unit, $$, 4, $7); } ;
keys: %empty { $$ = NULL; } | "(" params ")" { $$ = $2; } ;
default: %empty { $$ = NULL; } | "default" arith { $$ = $2; } ;
fact
  : "fact" IDENT "(" list ")" "=" arith mods    { $$ = MAKE(FACT, 0, parse_name(p, @2), $4, $7, $8); }
  | "fact" IDENT "=" arith mods                 { $$ = MAKE(FACT, 0, parse_name(p, @2), NULL, $4, $5); }
  | "fact" IDENT mods open pieces close         { $$ = MAKE(FACT_MAP, 0, parse_name(p, @2), NULL, $3, $5); }
  | "fact" IDENT "(" list ")" mods open pieces close { $$ = MAKE(FACT_MAP, 0, parse_name(p, @2), $4, $6, $8); }
  ;
pieces
  : %empty                              { $$ = ast_list(p->unit, @$); }
  | pieces piece comma                  { $$ = ast_append(p->unit, $1, $2); }
  | pieces error                        { $$ = $1; }
  ;
piece
  : entry
  | literal ":" arith mods              { $$ = MAKE(ENTRY, 0, $1, $3, $4, NULL); }
  | STRING ":" arith mods               { $$ = MAKE(ENTRY, 0, parse_string(p, @1, $1), $3, $4, NULL); }
  ;
control: "control" ename title "by" ename "on" primary against mods suspensions {
    $$ = MAKE(CONTROL, 0, $2, $3, $5, $7);
    ast_kid(p->unit, $$, 4, $8); ast_kid(p->unit, $$, 5, $9); ast_kid(p->unit, $$, 6, $10); } ;
against: %empty { $$ = NULL; } | "against" primary { $$ = $2; } ;
suspensions
  : %empty                              { $$ = NULL; }
  | suspensions "suspended" arith       { $$ = ast_append(p->unit, $1, $3); }
  ;

/* facts and entities from the rows of a file */
data: "data" IDENT "in" expr where mods open rowdecls close {
    $$ = MAKE(DATA, 0, parse_name(p, @2), $4, $5, $6); ast_kid(p->unit, $$, 4, $8); } ;
where: %empty { $$ = NULL; } | "where" expr { $$ = $2; } ;
rowdecls
  : %empty                              { $$ = ast_list(p->unit, @$); }
  | rowdecls rowdecl                    { $$ = ast_append(p->unit, $1, $2); }
  | rowdecls error                      { $$ = $1; }
  ;
rowdecl
  : fact | instance | entity | supply | demand | requires | world | control
  | "add" "to" IDENT clause             { $$ = MAKE(ADD_TO, 0, parse_name(p, @3), $4, NULL, NULL); }
  ;

/* agreements */
agreement: "agreement" IDENT title open members close { $$ = MAKE(AGREEMENT, 0, parse_name(p, @2), $3, $5, NULL); } ;
members
  : %empty                              { $$ = ast_list(p->unit, @$); }
  | members member                      { $$ = parse_append(p, $1, $2); }
  | members error                       { $$ = $1; }
  ;
member
  : "parties" ":" expr                  { $$ = MAKE(ARG, 0, $3, NULL, NULL, NULL); $$->sym = parse_sym(p, @1); }
  | "term" ":" expr                     { $$ = MAKE(ARG, 0, $3, NULL, NULL, NULL); $$->sym = parse_sym(p, @1); }
  | IDENT ":" expr                      { $$ = MAKE(ARG, 0, $3, NULL, NULL, NULL); $$->sym = parse_sym(p, @1); }
  | "note" ":" expr                     { $$ = MAKE(ARG, 0, $3, NULL, NULL, NULL); $$->sym = parse_sym(p, @1); }
  | clause | article | CLAUSE_ROW
  ;
article: "article" IDENT title open clauses close { $$ = MAKE(ARTICLE, 0, parse_name(p, @2), $3, $5, NULL); } ;
clauses
  : %empty                              { $$ = ast_list(p->unit, @$); }
  | clauses clause                      { $$ = parse_append(p, $1, $2); }
  | clauses CLAUSE_ROW                  { $$ = parse_append(p, $1, $2); }
  | clauses error                       { $$ = $1; }
  ;
amendment: "amendment" IDENT title "to" IDENT since open changes close {
    $$ = MAKE(AMENDMENT, 0, parse_name(p, @2), $3, parse_name(p, @5), $8);
    ast_kid(p->unit, $$, 4, $6); } ;
since
  : %empty                              { $$ = NULL; }
  | since starts                        { $$ = ast_append(p->unit, $1, $2); }
  ;
starts
  : "from" arith                        { $$ = MAKE(MOD, MOD_FROM, $2, NULL, NULL, NULL); }
  | "cite" cited                        { $$ = MAKE(MOD, MOD_CITE, $2, NULL, NULL, NULL); }
  ;
changes
  : %empty                              { $$ = ast_list(p->unit, @$); }
  | changes change                      { $$ = ast_append(p->unit, $1, $2); }
  | changes error                       { $$ = $1; }
  ;
change
  : "add" clause                        { $$ = MAKE(CHANGE, CHANGE_ADD, $2, NULL, NULL, NULL); }
  | "add" article                       { $$ = MAKE(CHANGE, CHANGE_ADD, $2, NULL, NULL, NULL); }
  | "replace" clause                    { $$ = MAKE(CHANGE, CHANGE_REPLACE, $2, NULL, NULL, NULL); }
  | "strike" "clause" label             { $$ = MAKE(CHANGE, CHANGE_STRIKE, $3, NULL, NULL, NULL); }
  | "strike" "article" IDENT            { $$ = MAKE(CHANGE, CHANGE_STRIKE_ARTICLE, parse_name(p, @3), NULL, NULL, NULL); }
  | "parties" ":" expr                  { $$ = MAKE(ARG, 0, $3, NULL, NULL, NULL); $$->sym = parse_sym(p, @1); }
  | "term" ":" expr                     { $$ = MAKE(ARG, 0, $3, NULL, NULL, NULL); $$->sym = parse_sym(p, @1); }
  | IDENT ":" expr                      { $$ = MAKE(ARG, 0, $3, NULL, NULL, NULL); $$->sym = parse_sym(p, @1); }
  | "note" ":" expr                     { $$ = MAKE(ARG, 0, $3, NULL, NULL, NULL); $$->sym = parse_sym(p, @1); }
  ;
clause: "clause" label title ":" subject act cmods { $$ = MAKE(CLAUSE, 0, $2, $3, $5, $6); ast_kid(p->unit, $$, 4, $7); } ;
label: ename | STRING                   { $$ = parse_string(p, @1, $1); } ;
subject
  : ename                               { $$ = MAKE(SUBJECT, SUBJ_ONE, $1, NULL, NULL, NULL); }
  | "each" "of" primary                 { $$ = MAKE(SUBJECT, SUBJ_EACH, NULL, $3, NULL, NULL); }
  | "each" id "of" primary              { $$ = MAKE(SUBJECT, SUBJ_EACH, $2, $4, NULL, NULL); }
  | "jointly" primary                   { $$ = MAKE(SUBJECT, SUBJ_JOINTLY, NULL, $2, NULL, NULL); }
  ;
modal: "shall" { $$ = MODAL_SHALL; } | "may" { $$ = MODAL_MAY; } | "intends" "to" { $$ = MODAL_INTENDS; } ;
act
  : modal "supply" primary "of" ename to via    { $$ = parse_act(p, @$, ACT_SUPPLY, $1, $3, $5, $6, $7); }
  | modal "stockpile" primary "of" ename        { $$ = parse_act(p, @$, ACT_STOCKPILE, $1, $3, $5, NULL, NULL); }
  | modal "carry" primary "of" ename "via" names { $$ = parse_act(p, @$, ACT_CARRY, $1, $3, $5, NULL, $7); }
  | modal "buy" primary "of" ename              { $$ = parse_act(p, @$, ACT_BUY, $1, $3, $5, NULL, NULL); }
  | modal "exempt" targets "from" IDENT         { $$ = parse_act(p, @$, ACT_EXEMPT, $1, NULL, parse_name(p, @5), $3, NULL); }
  | "shall" "not" "restrict" targets against    { $$ = parse_act(p, @$, ACT_NOT_RESTRICT, MODAL_SHALL, NULL, $4, $5, NULL); }
  | modal "fund" primary "of" targets yielding  { $$ = parse_act(p, @$, ACT_FUND, $1, $3, $5, NULL, $6); }
  | modal "undertake" string on                 { $$ = parse_act(p, @$, ACT_UNDERTAKE, $1, $3, $4, NULL, NULL); }
  ;
on: %empty { $$ = NULL; } | "on" targets { $$ = $2; } ;
via: %empty { $$ = NULL; } | "via" names { $$ = $2; } ;
yielding: %empty { $$ = NULL; } | "yielding" primary { $$ = $2; } ;
to: %empty { $$ = NULL; } | "to" targets { $$ = $2; } ;
targets
  : names                               { $$ = MAKE(SET, 0, $1, NULL, NULL, NULL); }
  | "parties"                           { $$ = parse_name(p, @1); }
  | "{" list "}"                        { $$ = MAKE(SET, 0, $2, NULL, NULL, NULL); }
  | atom
  ;
cmods
  : %empty                              { $$ = NULL; }
  | cmods cmod                          { $$ = ast_append(p->unit, $1, $2); }
  ;
cmod
  : mod
  | "when" expr                         { $$ = MAKE(MOD, MOD_WHEN, $2, NULL, NULL, NULL); }
  | "unless" expr                       { $$ = MAKE(MOD, MOD_UNLESS, $2, NULL, NULL, NULL); }
  ;

/* definitions */
let: "let" id type_opt "=" expr         { $$ = MAKE(LET, 0, $2, $3, $5, NULL); } ;
fn: "fn" fn_name "(" params_opt ")" type_opt "=" expr { $$ = MAKE(FN, 0, $2, $4, $6, $8); } ;
fn_name  /* words that a function may well be called, and that are called as any name is */
  : IDENT { $$ = parse_name(p, @1); }      | "add" { $$ = parse_name(p, @1); }
  | "strike" { $$ = parse_name(p, @1); }   | "replace" { $$ = parse_name(p, @1); }
  ;
extern: "extern" "fn" fn_name "(" params_opt ")" ":" type "from" STRING symbol {
    $$ = MAKE(EXTERN, 0, $3, $5, $8, parse_string(p, @10, $10));
    ast_kid(p->unit, $$, 4, $11); } ;
symbol: %empty { $$ = NULL; } | "as" STRING { $$ = parse_string(p, @2, $2); } ;
rule: "rule" IDENT "(" params_opt ")" "=" expr { $$ = MAKE(RULE, 0, parse_name(p, @2), $4, $7, NULL); } ;
params_opt: %empty { $$ = NULL; } | params ;
params
  : param                               { $$ = ast_append(p->unit, NULL, $1); }
  | params "," param                    { $$ = ast_append(p->unit, $1, $3); }
  ;
param: id ":" type                      { $$ = MAKE(PARAM, 0, $1, $3, NULL, NULL); } ;
type_opt: %empty { $$ = NULL; } | ":" type { $$ = $2; } ;
type
  : plain_type
  | tname "of" type                     { $$ = MAKE(TYPE, 0, NULL, $3, NULL, NULL); $$->sym = $1->sym; }
  | tname "of" plain_type "to" type     { $$ = MAKE(TYPE, 0, NULL, $3, $5, NULL); $$->sym = $1->sym; }
  ;
plain_type
  : tname                               { $$ = MAKE(TYPE, 0, NULL, NULL, NULL, NULL); $$->sym = $1->sym; }
  | tname "[" unit_expr "]"             { $$ = MAKE(TYPE, 0, $3, NULL, NULL, NULL); $$->sym = $1->sym; }
  ;
tname
  : IDENT { $$ = parse_name(p, @1); }
  | "control" { $$ = parse_name(p, @1); }  | "country" { $$ = parse_name(p, @1); }   | "resource" { $$ = parse_name(p, @1); }
  | "layer" { $$ = parse_name(p, @1); }    | "clause" { $$ = parse_name(p, @1); }    | "agreement" { $$ = parse_name(p, @1); }
  | "source" { $$ = parse_name(p, @1); }   | "route" { $$ = parse_name(p, @1); }     | "scenario" { $$ = parse_name(p, @1); }
  | "amendment" { $$ = parse_name(p, @1); }
  ;
unit_expr
  : IDENT                               { $$ = parse_unit(p, @$); }
  | unit_expr "/" IDENT                 { $$ = parse_unit(p, @$); }
  | unit_expr "*" IDENT                 { $$ = parse_unit(p, @$); }
  ;
check: "check" IDENT title gens_opt open requirements close { $$ = MAKE(CHECK, 0, parse_name(p, @2), $3, $4, $6); } ;
gens_opt: %empty { $$ = NULL; } | gens ;
gens
  : gen                                 { $$ = ast_append(p->unit, NULL, $1); }
  | gens gen                            { $$ = ast_append(p->unit, $1, $2); }
  ;
gen
  : "for" id "in" expr                          { $$ = MAKE(GEN, 0, $2, NULL, $4, NULL); }
  | "for" id "," id "in" expr                   { $$ = MAKE(GEN, 0, $2, $4, $6, NULL); }
  | "for" id "in" expr "where" expr             { $$ = MAKE(GEN, 0, $2, NULL, $4, $6); }
  | "for" id "," id "in" expr "where" expr      { $$ = MAKE(GEN, 0, $2, $4, $6, $8); }
  ;
id
  : IDENT { $$ = parse_name(p, @1); }
  | "layer" { $$ = parse_name(p, @1); }    | "country" { $$ = parse_name(p, @1); }   | "resource" { $$ = parse_name(p, @1); }
  | "source" { $$ = parse_name(p, @1); }   | "route" { $$ = parse_name(p, @1); }     | "control" { $$ = parse_name(p, @1); }
  | "agreement" { $$ = parse_name(p, @1); } | "clause" { $$ = parse_name(p, @1); }   | "scenario" { $$ = parse_name(p, @1); }
  | "unit" { $$ = parse_name(p, @1); }     | "group" { $$ = parse_name(p, @1); }     | "withdraw" { $$ = parse_name(p, @1); }
  | "impose" { $$ = parse_name(p, @1); }   | "lift" { $$ = parse_name(p, @1); }      | "close" { $$ = parse_name(p, @1); }
  | "scale" { $$ = parse_name(p, @1); }    | "suspend" { $$ = parse_name(p, @1); }   | "assume" { $$ = parse_name(p, @1); }
  | "deny" { $$ = parse_name(p, @1); }     | "warn" { $$ = parse_name(p, @1); }      | "note" { $$ = parse_name(p, @1); }
  | "stockpile" { $$ = parse_name(p, @1); } | "carry" { $$ = parse_name(p, @1); }    | "restrict" { $$ = parse_name(p, @1); }
  | "fund" { $$ = parse_name(p, @1); }     | "undertake" { $$ = parse_name(p, @1); } | "exempt" { $$ = parse_name(p, @1); }
  | "check" { $$ = parse_name(p, @1); }    | "table" { $$ = parse_name(p, @1); }     | "fact" { $$ = parse_name(p, @1); }
  | "world" { $$ = parse_name(p, @1); }    | "kind" { $$ = parse_name(p, @1); }      | "default" { $$ = parse_name(p, @1); }
  | "buy" { $$ = parse_name(p, @1); }      | "amendment" { $$ = parse_name(p, @1); } | "add" { $$ = parse_name(p, @1); }
  | "strike" { $$ = parse_name(p, @1); }   | "test" { $$ = parse_name(p, @1); }    | "replace" { $$ = parse_name(p, @1); }
  | "data" { $$ = parse_name(p, @1); }
  ;
requirements
  : requirement                         { $$ = ast_append(p->unit, NULL, $1); }
  | requirements requirement            { $$ = ast_append(p->unit, $1, $2); }
  | error                               { $$ = ast_list(p->unit, @$); }
  | requirements error                  { $$ = $1; }
  ;
requirement
  : "require" expr                      { $$ = MAKE(REQUIRE, SEV_ERROR, $2, NULL, NULL, NULL); }
  | "require" expr "else" severity message { $$ = MAKE(REQUIRE, $4, $2, $5, NULL, NULL); }
  | "let" id "=" expr                   { $$ = MAKE(LET, 0, $2, NULL, $4, NULL); }
  ;
severity: "deny" { $$ = SEV_ERROR; } | "warn" { $$ = SEV_WARN; } | "note" { $$ = SEV_NOTE; } ;
message: string ;
scenario: "scenario" IDENT title open shocks close { $$ = MAKE(SCENARIO, 0, parse_name(p, @2), $3, $5, NULL); } ;
shocks
  : %empty                              { $$ = ast_list(p->unit, @$); }
  | shocks shock                        { $$ = ast_append(p->unit, $1, $2); }
  | shocks error                        { $$ = $1; }
  ;
shock
  : "withdraw" arith mods               { $$ = MAKE(SHOCK, SHOCK_WITHDRAW, $2, NULL, NULL, $3); }
  | "impose" IDENT mods                 { $$ = MAKE(SHOCK, SHOCK_IMPOSE, parse_name(p, @2), NULL, NULL, $3); }
  | "lift" IDENT mods                   { $$ = MAKE(SHOCK, SHOCK_LIFT, parse_name(p, @2), NULL, NULL, $3); }
  | "close" IDENT mods                  { $$ = MAKE(SHOCK, SHOCK_CLOSE, parse_name(p, @2), NULL, NULL, $3); }
  | "scale" "supply" IDENT "of" primary "by" arith mods { $$ = MAKE(SHOCK, SHOCK_SCALE, parse_name(p, @3), $5, $7, $8); }
  | "suspend" arith mods                { $$ = MAKE(SHOCK, SHOCK_SUSPEND, $2, NULL, NULL, $3); }
  | "assume" IDENT mods                 { $$ = MAKE(SHOCK, SHOCK_ASSUME, parse_name(p, @2), NULL, NULL, $3); }
  ;
test: "test" STRING open steps close    { $$ = MAKE(TEST, 0, parse_string(p, @2, $2), $4, NULL, NULL); } ;
steps
  : %empty                              { $$ = ast_list(p->unit, @$); }
  | steps step                          { $$ = ast_append(p->unit, $1, $2); }
  | steps error                         { $$ = $1; }
  ;
step
  : "expect" expr                       { $$ = MAKE(EXPECT, 0, $2, NULL, NULL, NULL); }
  | "let" id "=" expr                   { $$ = MAKE(LET, 0, $2, NULL, $4, NULL); }
  | "given" shock                       { $$ = MAKE(GIVEN, 0, $2, NULL, NULL, NULL); }
  ;

/* expressions */
expr
  : logic                               %prec OPEN_END
  | expr "at" arith                     { $$ = parse_govern(p, @$, GOV_AT, $1, $3); }
  | expr "throughout" arith             { $$ = parse_govern(p, @$, GOV_THROUGHOUT, $1, $3); }
  | expr "sometime" arith               { $$ = parse_govern(p, @$, GOV_SOMETIME, $1, $3); }
  | expr "without" arith                { $$ = parse_govern(p, @$, GOV_WITHOUT, $1, $3); }
  | expr "under" arith                  { $$ = parse_govern(p, @$, GOV_UNDER, $1, $3); }
  ;
logic
  : "if" expr "then" expr "else" expr %prec OPEN_END { $$ = MAKE(IF, 0, $2, $4, $6, NULL); }
  | "let" id "=" expr ";" expr %prec OPEN_END { $$ = MAKE(LET_IN, 0, $2, $4, $6, NULL); }
  | logic "implies" logic               { $$ = MAKE(BINARY, OP_IMPLIES, $1, $3, NULL, NULL); }
  | logic "or" logic                    { $$ = MAKE(BINARY, OP_OR, $1, $3, NULL, NULL); }
  | logic "and" logic                   { $$ = MAKE(BINARY, OP_AND, $1, $3, NULL, NULL); }
  | "not" logic                         { $$ = MAKE(UNARY, OP_NOT, $2, NULL, NULL, NULL); }
  | arith
  | arith "==" arith                    { $$ = MAKE(BINARY, OP_EQ, $1, $3, NULL, NULL); }
  | arith "!=" arith                    { $$ = MAKE(BINARY, OP_NE, $1, $3, NULL, NULL); }
  | arith "<" arith                     { $$ = MAKE(BINARY, OP_LT, $1, $3, NULL, NULL); }
  | arith ">" arith                     { $$ = MAKE(BINARY, OP_GT, $1, $3, NULL, NULL); }
  | arith "<=" arith                    { $$ = MAKE(BINARY, OP_LE, $1, $3, NULL, NULL); }
  | arith ">=" arith                    { $$ = MAKE(BINARY, OP_GE, $1, $3, NULL, NULL); }
  | arith "in" arith                    { $$ = MAKE(BINARY, OP_IN, $1, $3, NULL, NULL); }
  | arith "not in" arith                { $$ = MAKE(BINARY, OP_NOT_IN, $1, $3, NULL, NULL); }
  ;
arith
  : arith "??" arith                    { $$ = MAKE(BINARY, OP_ELSE, $1, $3, NULL, NULL); }
  | arith ".." arith                    { $$ = MAKE(BINARY, OP_RANGE, $1, $3, NULL, NULL); }
  | arith "+" arith                     { $$ = MAKE(BINARY, OP_ADD, $1, $3, NULL, NULL); }
  | arith "-" arith                     { $$ = MAKE(BINARY, OP_SUB, $1, $3, NULL, NULL); }
  | arith "*" arith                     { $$ = MAKE(BINARY, OP_MUL, $1, $3, NULL, NULL); }
  | arith "/" arith                     { $$ = MAKE(BINARY, OP_DIV, $1, $3, NULL, NULL); }
  | arith "mod" arith                   { $$ = MAKE(BINARY, OP_MOD, $1, $3, NULL, NULL); }
  | "-" arith %prec NEGATION            { $$ = MAKE(UNARY, OP_NEG, $2, NULL, NULL, NULL); }
  | arith "^" arith                     { $$ = MAKE(BINARY, OP_POW, $1, $3, NULL, NULL); }
  | primary
  ;
literal
  : NUMBER                              { $$ = MAKE(NUMBER, 0, NULL, NULL, NULL, NULL); $$->sym = $1; }
  | DATE                                { $$ = MAKE(DATE, 0, NULL, NULL, NULL, NULL); $$->sym = (uint32_t)$1; }
  ;
primary
  : literal
  | NUMBER UNIT_NAME                    { $$ = MAKE(QUANTITY, 0, parse_unit(p, @2), NULL, NULL, NULL); $$->sym = $1; }
  | string
  | "true"                              { $$ = MAKE(BOOL, 1, NULL, NULL, NULL, NULL); }
  | "false"                             { $$ = MAKE(BOOL, 0, NULL, NULL, NULL, NULL); }
  | id
  | primary "." IDENT                   { $$ = MAKE(FIELD, 0, $1, NULL, NULL, NULL); $$->sym = parse_sym(p, @3); }
  | primary "(" args_opt ")"            { $$ = MAKE(CALL, 0, $1, $3, NULL, NULL); }
  | primary "[" expr "]"                { $$ = MAKE(INDEX, 0, $1, $3, NULL, NULL); }
  | "(" expr ")"                        { $$ = $2; }
  | "{" "}"                             { $$ = MAKE(SET, 0, NULL, NULL, NULL, NULL); }
  | "{" elements "}"                    { $$ = parse_braces(p, @$, $2); }
  | "{" expr gens "}"                   { $$ = MAKE(SET_FOR, 0, $2, $3, NULL, NULL); }
  | "{" expr ":" expr gens "}"          { $$ = MAKE(MAP_FOR, 0, $2, $4, $5, NULL); }
  | "[" "]"                             { $$ = MAKE(SEQ, 0, NULL, NULL, NULL, NULL); }
  | "[" list "]"                        { $$ = MAKE(SEQ, 0, $2, NULL, NULL, NULL); }
  | "[" expr gens "]"                   { $$ = MAKE(SEQ_FOR, 0, $2, $3, NULL, NULL); }
  | "parties"                           { $$ = parse_name(p, @1); }
  | "term"                              { $$ = parse_name(p, @1); }
  | "concern"                           { $$ = parse_name(p, @1); }
  | atom
  ;
ename
  : IDENT                               { $$ = parse_name(p, @1); }
  | atom
  ;
atom
  : "@" IDENT "." IDENT                 { $$ = parse_atom(p, @$, parse_field(p, @2, @4)); }
  | "@" string                          { $$ = parse_atom(p, @$, $2); }
  | "@" "(" expr ")"                    { $$ = parse_atom(p, @$, $3); }
  ;
list
  : expr                                { $$ = ast_append(p->unit, NULL, $1); }
  | list "," expr                       { $$ = ast_append(p->unit, $1, $3); }
  | list ","                            { $$ = $1; }
  ;
elements
  : element                             { $$ = ast_append(p->unit, NULL, $1); }
  | elements "," element                { $$ = ast_append(p->unit, $1, $3); }
  | elements ","                        { $$ = $1; }
  ;
element
  : expr
  | expr ":" expr                       { $$ = MAKE(PAIR, 0, $1, $3, NULL, NULL); }
  ;
args_opt
  : %empty                              { $$ = NULL; }
  | args
  | expr gens                           { $$ = ast_append(p->unit, NULL, MAKE(EACH, 0, $1, $2, NULL, NULL)); }
  ;
args
  : expr                                { $$ = ast_append(p->unit, NULL, $1); }
  | field                               { $$ = ast_append(p->unit, NULL, $1); }
  | args "," expr                       { $$ = ast_append(p->unit, $1, $3); }
  | args "," field                      { $$ = ast_append(p->unit, $1, $3); }
  ;

%%

#include "syntax/parse_drive.inc"
#include "syntax/parse_probe.inc"
