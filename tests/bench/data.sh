# Data: 500,000 rows of CSV as facts, beside SQLite's own import of the same file. Sourced by run.sh, for `pair`.
rows=$out/rows.csv
if ! command -v sqlite3 >/dev/null; then
  echo "data: not measured, missing: sqlite3"
else
  [ -s "$rows" ] || awk 'BEGIN {
    srand(1)
    split("USA JPN KOR AUS CHN DEU NLD GBR FRA IND", c, " ")
    print "iso3,resource,day,quantity,note"
    for (i = 0; i < 500000; i++)
      printf "%s,R%d,%04d-%02d-01,%d.%d,n%d\n", c[i % 10 + 1], int(i / 10) % 500, 1950 + int(i / 60000), int(i / 5000) % 12 + 1, rand() * 100000, rand() * 10, i
  }' >"$rows"
  cat >"$out/supply.ent" <<'END'
use std.units
use std.countries
layer l
data row in "rows.csv" { resource @row.resource { layer: l  unit: t/yr } }
data row in "rows.csv" { supply @row.resource { @row.iso3: number(row.quantity) * 1 t/yr from date(row.day) } }
END
  cat >"$out/table.ent" <<'END'
use std.countries
table t (c: country, r: string, d: date): number
data row in "rows.csv" { fact t(@row.iso3, row.resource, date(row.day)) = number(row.quantity) }
END
  import="sqlite3 :memory: -cmd '.import --csv $rows t' 'select count(*) from t'"
  echo "$import" >"$out/import.sh"
  runs=${RUNS:-11}
  pair "500,000 rows as supply of 500 resources : .import" "$bin eval $out/supply.ent len(resources)" "sh $out/import.sh"
  pair "500,000 rows as facts of a table : .import" "$bin eval $out/table.ent 1" "sh $out/import.sh"
fi
