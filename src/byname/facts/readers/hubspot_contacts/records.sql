with besides as (
    select c.row,
           cast(to_json(map(list(c."column" order by c."column"), list(text(c.value) order by c."column"))) as varchar) as extra
    from cells c
    where lower(c."column") in ('contact type', 'lead status', 'lead source', 'stage of journey', 'job title')
      and text(c.value) <> ''
    group by c.row
)
select id("Record ID")                             as source_id,
       'customer'                                  as role,
       record('customer', id("Record ID"))         as record_id,
       instant("Last Modified Date")               as updated_at,
       text("First Name")                          as given_name,
       text("Last Name")                           as family_name,
       text("Email")                               as email,
       coalesce(text("Phone Number"), text("Mobile Phone Number")) as phone,
       date_of("Date of birth")                    as birth_date,
       text("Street Address")                      as street,
       text("City")                                as city,
       text("Postal Code")                         as postcode,
       text("Country/Region")                      as country,
       coalesce(text("Associated Company"), text("Company Name")) as company,
       text("Preferred language")                  as language,
       text("Contact owner")                       as owner,
       case when text("Lifecycle Stage") is null then null
            when lower(text("Lifecycle Stage")) in ('customer', 'evangelist') then 'customer'
            else 'prospect' end                    as status,
       instant("Create Date")                      as created_at,
       extra,
       raw.row
from raw
left join besides on besides.row = raw.row
where id("Record ID") is not null                  -- rows of an emptied view have nothing in them
