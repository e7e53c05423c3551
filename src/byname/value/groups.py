"""Groups of people by what was known when they first bought: the sales channel of the first order.

A fixed covariate of the purchase models: who came by the shop's own till may buy more often, or leave sooner, than who
came by a marketplace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import statement

if TYPE_CHECKING:
    from byname.engines import Engine, Table

__all__ = ["MOST", "first_channels"]

MOST = 6  # groups beside all others
_FEWEST = 200  # people: with fewer a group tells nothing of its own

FIRST_CHANNEL = statement(
    "value.first_channel",
    """
    with numbered as (
        select person_id, source, account, source_id,
               row_number() over (
                   partition by person_id
                   order by occurred_at nulls last, source nulls last, account nulls last, source_id nulls last
               ) as place
        from net
    )
    select numbered.person_id, min(lower(orders.channel)) as channel
    from numbered
    join orders on orders.source = numbered.source and orders.account = numbered.account
               and orders.source_id = numbered.source_id
    where numbered.place = 1 and orders.channel is not null
    group by numbered.person_id
    """,
)
CHANNELS = statement("value.channels", "select channel, count(*) as people from first_channel group by channel")
GROUPS = statement(
    "value.groups",
    """
    select first_channel.person_id, chosen.grp
    from first_channel
    join chosen on chosen.channel = first_channel.channel
    """,
)


def first_channels(engine: Engine, net: Table, orders: Table) -> Table:
    """Each person's group: person_id, grp from 1 on; who is in none of the large ones has no row.

    Args:
        engine: where the tables are.
        net: from `purchases`.
        orders: the newest version of each order.
    """
    first = engine.run(FIRST_CHANNEL, net=net, orders=orders)
    counted = engine.fetch(engine.run(CHANNELS, first_channel=first), order_by=("channel",))
    people = counted.column("people").to_numpy()
    large = np.argsort(-people, kind="stable")[:MOST]
    large = large[people[large] >= _FEWEST]
    channels = counted.column("channel").take(pa.array(large))
    chosen = pa.table({"channel": channels, "grp": pa.array(np.arange(1, len(large) + 1), pa.int64())})
    return engine.run(GROUPS, first_channel=first, chosen=engine.arrow(chosen))
