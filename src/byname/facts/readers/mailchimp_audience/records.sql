with besides as (                                                   -- merge fields are the shop's own columns
    select cells.row,
           '{' || string_agg(to_json(cells."column") || ':' || to_json(text(cells.value)), ',' order by cells."column") || '}' as fields
    from cells
    where text(cells.value) is not null and upper(cells."column") not in ('GMTOFF', 'DSTOFF')
    group by cells.row
)
select coalesce(id("EUID"), id("LEID"), lower(text("Email Address"))) as source_id,
       record('customer', coalesce(id("EUID"), id("LEID"), lower(text("Email Address")))) as record_id,
       'customer'                                  as role,
       coalesce(text("Name"), text("Full Name"))   as name,
       coalesce(text("First Name"), text("FNAME"), text("Vorname"), text("Prénom")) as given_name,
       coalesce(text("Last Name"), text("LNAME"), text("Nachname"), text("Nom"))   as family_name,
       coalesce(text("Email Address"), text("Email"), text("E-Mail-Adresse"), text("Adresse e-mail"),
                text("E-mailadres"), text("Correo electrónico"))       as email,     -- the label is the shop's own
       coalesce(text("Phone Number"), text("Phone"), text("SMS Phone Number"))      as phone,
       coalesce(text("Address"), text("Street Address"))               as street,
       text("CC")                                  as country,
       text("Company")                             as company,
       list_filter(list_value('mailchimp.leid:' || id("LEID")), one -> one is not null) as external_ids,
       instant("OPTIN_TIME")                       as created_at,
       coalesce(instant("LAST_CHANGED"), instant("UNSUB_TIME"), instant("CLEAN_TIME"))  as updated_at,
       besides.fields                              as extra,
       raw.row                                     as row
from raw left join besides on besides.row = raw.row
