with besides as (
    select c.row,
           cast(to_json(map(list(c."column" order by c."column"), list(text(c.value) order by c."column"))) as varchar) as extra
    from cells c
    where (lower(c."column") in ('description', 'plan') or ends_with(lower(c."column"), '(metadata)'))
      and text(c.value) <> ''
    group by c.row
)
select id("id")                                    as source_id,
       'customer'                                  as role,
       record('customer', id("id"))                as record_id,     -- the same cus_… as in the payments export and the API
       coalesce(text("Name"), text("Shipping Name"))             as name,
       text("Email")                               as email,
       coalesce(text("Phone"), text("Shipping Phone"))           as phone,
       coalesce(text("Address Line1"), text("Shipping Address Line1"))          as street,
       coalesce(text("Address City"), text("Shipping Address City"))            as city,
       coalesce(text("Address Postal Code"), text("Shipping Address Postal Code")) as postcode,
       coalesce(text("Address Country"), text("Shipping Address Country"))      as country,
       case when integer("Payment Count") > 0 then 'customer'
            when integer("Payment Count") = 0 then 'prospect' end as status,
       instant("Created (UTC)", 'UTC')             as created_at,
       extra,
       raw.row
from raw
left join besides on besides.row = raw.row
where id("id") is not null
