-- Sentences, not choices: three words or more, and nearly all answers to that question differ from each other.
with answers as (
    select cells.row, cells."column" as question, text(cells.value) as answer
    from cells
    where lower(cells."column") <> 'respondent id'
      and regexp_matches(text(cells.value), '\S+\s+\S+\s+\S+|[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]{8,}')
      and regexp_matches(text(cells.value), '\p{L}{2,}')
      and (length(text(cells.value)) >= 15 or regexp_matches(text(cells.value), '[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]{8,}'))
      and not regexp_matches(lower(cells."column"), '\b(your|ihr|dein) (full |own )?name\b|^(full |my |first |last |company )?name\W*$|e-?mail|phone|whatsapp|^(street |postal )?(address|adresse)|^(city|country|company)')
      and lower(text(cells.value)) <> lower(regexp_replace(cells."column", ' \([0-9]+\)$', ''))   -- one column for each choice
),
free as (
    select question from answers group by question having count(distinct answer) * 5 >= count(*) * 4
)
select id("Submission ID") || ':' || answers.question as source_id,
       record('answer', id("Submission ID"))       as record_id,
       instant("Submitted at") as occurred_at,
       'survey'                                    as medium,
       trim(regexp_replace(regexp_replace(answers.question, '</?[a-z]+>', '', 'g'), '\s+', ' ', 'g')) as subject,
       answers.answer                              as text,
       false                                       as public,
       true                                        as prompted,
       id("Submission ID")                         as thread,
       raw.row                                     as row
from raw join answers on answers.row = raw.row join free on free.question = answers.question
