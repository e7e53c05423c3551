-- "person" is an id or, asked for with expand, an object
with responses as (
    select *,
           coalesce(id("id"), id("Survey Response ID"), id("Response ID"), id("Delighted ID")) as _response,
           coalesce(id("person.id"), id("Person ID"), case when not starts_with("person", '{') then id("person") end) as _person
    from raw
)
select _response                                 as source_id,
       coalesce(record('customer', _person), record('answer', _response)) as record_id,
       coalesce(instant("created_at"), instant("Created At"), instant("Response Created At")) as occurred_at,
       coalesce(instant("updated_at"), instant("Updated At"))                 as updated_at,
       case coalesce(lower(text("survey_type")), lower(text("Survey Type")), 'nps')
            when 'csat' then 'csat' when 'smileys' then 'csat' when 'thumbs' then 'csat' when 'ces' then 'ces'
            when 'stars' then 'stars' when 'five_star' then 'stars' when 'five star' then 'stars' else 'nps' end as scale,
       case when coalesce(lower(text("survey_type")), lower(text("Survey Type"))) <> 'thumbs' or coalesce(text("survey_type"), text("Survey Type")) is null
            then number("score") when number("score") > 0 then 5 else 1 end   as score,
       'company'                                   as about_kind,
       row
from responses
where "score" is not null and trim("score") <> ''
  and coalesce(lower(text("survey_type")), lower(text("Survey Type")), 'nps')
      in ('nps', 'csat', 'smileys', 'thumbs', 'ces', 'stars', 'five_star', 'five star')
