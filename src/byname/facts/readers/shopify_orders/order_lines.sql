select text("Name")                                as order_id,
       record('order', text("Name"))               as record_id,
       text("Lineitem sku")                        as product_id,
       text("Lineitem name")                       as product,
       number("Lineitem quantity")                 as quantity,
       money("Lineitem price")                     as price,
       row
from raw
where text("Lineitem name") is not null
