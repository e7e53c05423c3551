-- "person" is an id or, asked for with expand, an object
with responses as (
    select *,
           coalesce(id("id"), id("Survey Response ID"), id("Response ID"), id("Delighted ID")) as _response,
           coalesce(id("person.id"), id("Person ID"), case when not starts_with("person", '{') then id("person") end) as _person
    from raw
)
select case when _person is null then _response end as source_id,
       case when _person is null then 'answer' else 'mention' end as role,
       coalesce(record('customer', _person), record('answer', _response)) as record_id,
       coalesce(text("person.name"), text("Person Name"), text("Name"))       as name,
       coalesce(text("person.email"), text("Person Email"), text("Email"))    as email,
       coalesce(text("person.phone_number"), text("Person Phone"), text("Person Phone Number"), text("Phone Number")) as phone,
       row
from responses
where coalesce(text("person.name"), text("Person Name"), text("Name"), text("person.email"), text("Person Email"), text("Email"),
               text("person.phone_number"), text("Person Phone"), text("Person Phone Number"), text("Phone Number")) is not null
  and coalesce(lower(text("survey_type")), lower(text("Survey Type")), 'nps') <> 'enps'
