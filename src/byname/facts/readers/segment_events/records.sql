-- What an identify call says, of the user if it names one, else of the browser.
select text("messageId")                                  as source_id,
       'customer'                                         as role,
       coalesce(record('user', id("userId")), record('anonymous', id("anonymousId"))) as record_id,
       coalesce(instant("timestamp"), instant("originalTimestamp"), instant("sentAt"), instant("receivedAt")) as occurred_at,
       coalesce(text("traits.name"), text("context.traits.name"))                              as name,
       coalesce(text("traits.firstName"), text("traits.first_name"), text("context.traits.firstName")) as given_name,
       coalesce(text("traits.lastName"), text("traits.last_name"), text("context.traits.lastName"))    as family_name,
       coalesce(text("traits.email"), text("context.traits.email"))                            as email,
       coalesce(text("traits.phone"), text("context.traits.phone"))                            as phone,
       coalesce(text("traits.address.street"), case when "traits.address" not like '{%' then text("traits.address") end) as street,
       text("traits.address.city")                        as city,
       coalesce(text("traits.address.postalCode"), text("traits.address.postal_code"))         as postcode,
       text("traits.address.country")                     as country,
       coalesce(text("traits.company.name"), case when "traits.company" not like '{%' then text("traits.company") end)   as company,
       coalesce(text("traits.language"), text("context.locale")) as language,
       case when id("userId") is not null and id("anonymousId") is not null
            then ['segment.anonymous:' || id("anonymousId")] end as external_ids,
       row
from raw
where lower(text("type")) = 'identify'
union all
-- Both ids in one message: the same person, so both records carry the browser's id.
select null, 'mention', record('user', id("userId")), null,
       case when lower(text("type")) <> 'identify' then text("context.traits.name") end, null, null,
       case when lower(text("type")) <> 'identify' then text("context.traits.email") end,
       case when lower(text("type")) <> 'identify' then text("context.traits.phone") end, null, null, null, null,
       case when lower(text("type")) = 'group' then text("traits.name") end, null,  -- a group is the company that the user belongs to
       case when id("anonymousId") is not null then ['segment.anonymous:' || id("anonymousId")] end, row
from raw
where lower(text("type")) in ('track', 'page', 'screen', 'group') and id("userId") is not null
  and coalesce(text("anonymousId"), text("context.traits.email"), text("context.traits.phone"), text("traits.name")) is not null
union all
select null, 'mention', record('anonymous', id("anonymousId")), null, null, null, null, null, null, null, null, null, null, null, null,
       ['segment.anonymous:' || id("anonymousId")], row
from raw
where id("userId") is not null and id("anonymousId") is not null
union all
-- alias: the earlier id and the new one are the same person; an earlier id may have been a user's or a browser's.
select null, 'mention', record('user', id("userId")), null, null, null, null, null, null, null, null, null, null, null, null,
       ['segment.user:' || id("previousId"), 'segment.anonymous:' || id("previousId")], row
from raw
where lower(text("type")) = 'alias' and id("userId") is not null and id("previousId") is not null
union all
select null, 'mention', record('user', id("previousId")), null, null, null, null, null, null, null, null, null, null, null, null,
       ['segment.user:' || id("previousId")], row
from raw
where lower(text("type")) = 'alias' and id("userId") is not null and id("previousId") is not null
union all
select null, 'mention', record('anonymous', id("previousId")), null, null, null, null, null, null, null, null, null, null, null, null,
       ['segment.anonymous:' || id("previousId")], row
from raw
where lower(text("type")) = 'alias' and id("userId") is not null and id("previousId") is not null
