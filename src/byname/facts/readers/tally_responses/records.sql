-- Who answered, by the questions that ask for it; a question about a friend's or a company's does not.
with answers as (
    select cells.row, lower(cells."column") as question, text(cells.value) as answer
    from cells
    where lower(cells."column") <> 'respondent id'
      and not regexp_matches(lower(cells."column"), 'friend|colleague|someone|referr|freund|kolleg|amig|reference')
),
named as (
    select row, question, answer,
           not regexp_matches(answer, '[0-9@]') and length(answer) < 80
               and not regexp_matches(question, 'company|business|brand|product|project|team|event|organi[sz]ation|firma|user ?name') as may_name
    from answers
),
who as (
    select row,
           arg_min(answer, question) filter (regexp_matches(question, 'e-?mail|courriel|correo')
                                             and regexp_full_match(answer, '[^@\s]+@[^@\s]+\.[^@\s]+')) as email,
           arg_min(answer, question) filter (regexp_matches(question, 'phone|mobile|whatsapp|telefon|handy|téléphone|teléfono|\btel\b')
                                             and regexp_full_match(answer, '\+?[0-9][0-9 ()./-]{5,19}')) as phone,
           arg_min(answer, question) filter (may_name and regexp_matches(question, 'first name|given name|vorname|prénom|voornaam|\bnombre\b')) as given_name,
           arg_min(answer, question) filter (may_name and regexp_matches(question, 'last name|surname|family name|nachname|nom de famille|achternaam|apellido')) as family_name,
           arg_min(answer, question) filter (may_name and regexp_matches(question, '\b(your|ihr|dein) (full |own )?name\b|^(full |my )?name\W*$')) as name,
           arg_min(answer, question) filter (regexp_matches(question, '^(company|organi[sz]ation|firma|unternehmen)( name)?\W*$')) as company,
           arg_min(answer, question) filter (regexp_matches(question, '^(street|address|street address|adresse)\W*$')) as street,
           arg_min(answer, question) filter (regexp_matches(question, '^(city|city/town|town)\W*$')) as city,
           arg_min(answer, question) filter (regexp_matches(question, '^(zip|zip code|postal code|postcode|zip/post code)\W*$')) as postcode,
           arg_min(answer, question) filter (regexp_matches(question, '^country\W*$')) as country
    from named
    group by row
)
select id("Submission ID") as source_id,
       record('answer', id("Submission ID")) as record_id,
       'answer'                                    as role,
       instant("Submitted at") as occurred_at,
       who.name as name, who.given_name as given_name, who.family_name as family_name,
       who.email as email, who.phone as phone, who.company as company,
       who.street as street, who.city as city, who.postcode as postcode, who.country as country,
       raw.row                                     as row
from raw join who on who.row = raw.row
where coalesce(who.name, who.given_name, who.family_name, who.email, who.phone) is not null
