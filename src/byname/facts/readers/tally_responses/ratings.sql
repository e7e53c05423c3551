-- A 4 of 10 must not become a 4 of 5: the whole column has to fit the scale.
with scores as (
    select cells.row,
           cells."column" as question,
           lower(cells."column") as asked,
           try_cast(text(cells.value) as double) as score,
           min(try_cast(text(cells.value) as double)) over (partition by cells."column") as lowest,
           max(try_cast(text(cells.value) as double)) over (partition by cells."column") as highest
    from cells
    where regexp_matches(lower(cells."column"), 'recom|empfehlen|aanbevelen|satisf|zufrieden|tevreden|\beas|effort|einfach|leicht|aufwand|f[aá]cil')
),
scaled as (
    select *,
           case when regexp_matches(asked, '^(how many|wie viele)') then null
                when regexp_matches(asked, 'recommend|empfehlen|recommander|recomend|aanbevelen') and lowest >= 0 and highest <= 10
                     and not regexp_matches(asked, '(\bto|\bbis|\bof|-|–) ?[57]\b') then 'nps'
                when regexp_matches(asked, '\b(10|ten)\b') then null
                when regexp_matches(asked, 'satisf|zufrieden|tevreden') and lowest >= 1 and highest <= 5 then 'csat'
                when regexp_matches(asked, '\b(easy|easily|easier|ease)\b|effort|einfach|leicht|aufwand|fácil|facile') and lowest >= 1 and highest <= 7 then 'ces'
                end as scale
    from scores
    where score is not null
)
select id("Submission ID") || ':' || scaled.question as source_id,
       record('answer', id("Submission ID"))       as record_id,
       instant("Submitted at") as occurred_at,
       scaled.scale                                as scale,
       scaled.score                                as score,
       'company'                                   as about_kind,
       raw.row                                     as row
from raw join scaled on scaled.row = raw.row
where scaled.scale is not null
