with named as (
    select *,
           coalesce(id("Customer ID"), lower(text("Email")),      -- the old header has no id; some have no e-mail either
                    text("Phone"), text("Default Address Phone")) as customer
    from raw
), besides as (
    select c.row,
           cast(to_json(map(list(c."column" order by c."column"), list(text(c.value) order by c."column"))) as varchar) as extra,
           min(try_cast(trim(c.value) as date))
               filter (where regexp_matches(lower(c."column"), 'birth_?da(te|y)\)$')) as birth_date
    from cells c
    where (lower(c."column") in ('tags', 'note', 'tax exempt') or contains(lower(c."column"), '(customer.metafields.'))
      and text(c.value) <> ''
    group by c.row
)
select customer                                                   as source_id,
       'customer'                                                 as role,
       record('customer', customer)                               as record_id,
       text("First Name")                                         as given_name,
       text("Last Name")                                          as family_name,
       text("Email")                                              as email,
       coalesce(text("Phone"), text("Default Address Phone"))     as phone,       -- 'Phone comes as '+31612345678
       coalesce(text("Address1"), text("Default Address Address1"))               as street,
       coalesce(text("City"), text("Default Address City"))       as city,
       coalesce(text("Zip"), text("Default Address Zip"))         as postcode,
       coalesce(text("Country Code"), text("Default Address Country Code"), text("Country"))   as country,
       coalesce(text("Company"), text("Default Address Company")) as company,
       birth_date,                                                                -- a metafield, where the shop has one
       case when integer("Total Orders") > 0 then 'customer'
            when integer("Total Orders") = 0 then 'prospect' end  as status,
       extra,
       named.row
from named
left join besides on besides.row = named.row
where customer is not null
