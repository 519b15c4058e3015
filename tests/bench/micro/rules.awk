# The clauses of a world of ../shared/bench/gen.py (world.txt) as entities of a kind of their own, with the rule of rules.lua.
BEGIN { print "kind deal { party: country, quantity: number, starts: number, ends: number }" }
$1 == "country" { print "country " $2; if (n++ % 10 != 9) members = members ", " $2 }
$1 == "concern" { print "concern " $2 }
function month(d) { return (substr(d, 1, 4) - 2026) * 12 + substr(d, 6, 2) - 1 }
$1 == "clause" {
  split($2, id, ":")
  printf "deal %s { party: %s quantity: %d starts: %d ends: %d }\n", id[1], $3, $7 * 1000 + 0.5, month($9), month($11)
  deals = deals ", " id[1]
}
END {
  print "group members = {" substr(members, 3) "}"
  print "let deals = {" substr(deals, 3) "}"
  print "fn fits(d: deal): bool = d.quantity >= 50_000 and d.starts <= d.ends and d.party in members"
  print "  and not (d.party in concern and d.quantity > 200_000) and d.ends - d.starts <= 40"
}
