with sold as (
    select row, id("order_id") as order_id, nullif(id("customer_id"), '0') as buyer, text("line_items") as items
    from raw
    where id("order_id") is not null
      and regexp_replace(lower(coalesce(text("status"), text("order_status"), '')), '^wc-', '')
          not in ('failed', 'trash', 'draft', 'auto-draft', 'checkout-draft')
), items as (
    -- name:Plan One|sku:111112|quantity:1|total:49.99|meta:;name:…
    select row, unnest(string_split(items, ';')) as item from sold where items is not null
    union all
    -- or a column for each: line_item_1, line_item_2, …
    select c.row, c.value as item from cells c where regexp_matches(lower(c."column"), '^line_item_\d+$')
), parts as (
    select row,
           regexp_extract(item, '(^|\|) *name:([^|]*)', 2)                                as name,
           nullif(regexp_extract(item, '(^|\|) *sku:([^|]*)', 2), '')                     as sku,
           nullif(regexp_extract(item, '(^|\|) *product_id:([^|]*)', 2), '')              as product_id,
           try_cast(regexp_extract(item, '(^|\|) *quantity:([^|]*)', 2) as double)        as quantity,
           try_cast(regexp_extract(item, '(^|\|) *total:([^|]*)', 2) as decimal(18, 4))   as total
    from items
)
select sold.order_id,
       coalesce(record('customer', sold.buyer), record('order', sold.order_id)) as record_id,
       coalesce(parts.sku, parts.product_id)       as product_id,
       parts.name                                  as product,
       parts.quantity,
       parts.total / nullif(parts.quantity, 0)     as price,
       sold.row
from parts
join sold on sold.row = parts.row
where parts.name <> ''
