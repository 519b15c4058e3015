#ifndef VM_COUNTRY_NAMES_H
#define VM_COUNTRY_NAMES_H

/* Names of countries in many languages, made at build by stdlib/names.pl; without pointers, which would cost at each
 * start. The name of country c in language l begins at ent_name_text[ent_name_at[l * ent_name_countries + c]], and is
 * empty where nobody has given one. Codes are in byte order. */
extern const unsigned ent_name_languages, ent_name_countries;
extern const char ent_name_language[][8];   /* fr, zh_CN */
extern const char ent_name_country[][4];    /* FRA */
extern const unsigned ent_name_at[];
extern const unsigned char ent_name_text[];

#endif
