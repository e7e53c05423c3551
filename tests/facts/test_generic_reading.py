"""A file of unknown kind gives whole facts: orders of their lines, people by their numbers (S0.23, S3.18, S4.10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from byname.facts import generic

from .generic_case import guessed, table_of, taken

# The first lines, a return, a sale to nobody and a bad debt of UCI Online Retail (
# archive.ics.uci.edu/dataset/352, CC BY 4.0; the numbers are those of real invoices).
ONLINE_RETAIL = table_of(
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
    "536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom",
    "536365,71053,WHITE METAL LANTERN,6,2010-12-01 08:26:00,3.39,17850.0,United Kingdom",
    "536366,22633,HAND WARMER UNION JACK,6,2010-12-01 08:28:00,1.85,17850.0,United Kingdom",
    "536367,84879,ASSORTED COLOUR BIRD ORNAMENT,32,2010-12-01 08:34:00,1.69,13047.0,United Kingdom",
    "536370,POST,POSTAGE,3,2010-12-01 08:45:00,18.0,12583.0,France",
    "C536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527.0,United Kingdom",
    "536414,22139,,56,2010-12-01 11:52:00,0.0,,United Kingdom",
    "A563186,B,Adjust bad debt,1,2011-08-12 14:51:00,-11062.06,,United Kingdom",
)


def test_lines_become_orders_negative_ones_returns_and_nobody_stays_nobody() -> None:
    given = taken(ONLINE_RETAIL)
    assert given.refused == []
    orders = {order["source_id"]: order for order in given.facts["orders"]}
    assert {key: str(order["amount"]) for key, order in orders.items()} == {
        "536365": "35.6400", "536366": "11.1000", "536367": "54.0800", "536370": "54.0000", "536414": "0.0000",
    }  # fmt: skip
    assert orders["536365"]["record_id"] == orders["536366"]["record_id"]
    assert orders["536414"]["record_id"] is None
    returns = {back["source_id"]: back for back in given.facts["returns"]}
    assert {key: str(back["amount"]) for key, back in returns.items()} == {
        "C536379": "27.5000",
        "A563186": "11062.0600",
    }
    assert returns["C536379"]["record_id"] is not None
    assert returns["A563186"]["record_id"] is None
    assert len(given.facts["order_lines"]) == 8  # postage and discounts are lines of their order too
    assert sorted(given.column("records", "country")) == [
        "France",
        "United Kingdom",
        "United Kingdom",
        "United Kingdom",
    ]
    assert set(given.column("records", "role")) == {"mention"}


def test_purchases_of_nothing_and_repeated_rows_stay() -> None:
    given = taken(
        table_of(
            "customer_id,date,number_of_cds,dollar_value",
            "00001,19970101,1,11.77",
            "00002,19970112,1,12.00",
            "00002,19970112,1,12.00",
            "00003,19970102,2,0.00",
        )
    )
    assert [str(amount) for amount in given.column("orders", "amount")] == ["11.7700", "12.0000", "12.0000", "0.0000"]
    assert len(set(given.column("orders", "fact_id"))) == 4
    assert len(given.facts["records"]) == 3


def test_people_and_orders_with_the_same_numbers_meet() -> None:
    people = taken(
        table_of(
            "CustomerId,FirstName,LastName,Email",
            "2,Leonie,Köhler,leonie@example.com",
            "4,Bjørn,Hansen,bjorn@example.com",
        )
    )
    orders = taken(
        table_of(
            "InvoiceId,CustomerId,InvoiceDate,BillingCity,Total",
            "1,2,2021-01-01T00:00:00,Stuttgart,1.98",
            "2,4,2021-01-02T00:00:00,Oslo,3.96",
            "3,2,2021-01-03T00:00:00,Stuttgart,5.94",
        )
    )
    assert people.column("records", "source_id") == ["2", "4"]
    assert people.column("records", "reader") == ["generic_people"] * 2
    known = dict(zip(("2", "4"), people.column("records", "record_id"), strict=True))
    assert orders.column("orders", "record_id") == [known["2"], known["4"], known["2"]]
    assert orders.column("orders", "reader") == ["generic_orders"] * 3
    assert sorted(orders.column("records", "record_id")) == sorted(known.values())


def test_an_order_without_a_customers_number_names_its_buyer_itself() -> None:
    given = taken(
        table_of("Order,Date,Total,Name,Email", "A1,2026-01-01,5.00,Ann Lee,ann@example.com", "A2,2026-01-02,6.00,,")
    )
    (record,) = given.facts["records"]
    assert (record["role"], record["source_id"], record["name"]) == ("order", "A1", "Ann Lee")
    assert given.column("orders", "record_id") == [record["record_id"], None]


def test_guests_who_share_a_number_are_not_one_person() -> None:
    given = taken(
        table_of(
            "order_id,customer_id,billing_email,order_date,order_total,status",
            "1,0,a@example.com,2026-01-01,10.00,wc-completed",
            "2,0,b@example.com,2026-01-02,11.00,Storniert",
            "3,7,c@example.com,2026-01-03,12.00,completed",
        )
    )
    assert len(set(given.column("orders", "record_id"))) == 3
    assert sorted(given.column("records", "role")) == ["mention", "order", "order"]
    assert given.column("orders", "status") == ["wc-completed", "cancelled", "completed"]


def test_people_without_a_number_keep_apart_unless_all_is_the_same() -> None:
    given = taken(
        table_of(
            "Name,Vorname,Telefon,Ort",
            "Meier,Anna,030 1234567,Berlin",
            "Meier,Anna,030 7654321,Berlin",
            "Meier,Anna,030 1234567,Berlin",
        )
    )
    first, second, third = given.column("records", "record_id")
    assert first == third != second
    assert len(set(given.column("records", "fact_id"))) == 3


def test_a_slip_in_a_birthday_loses_the_birthday_and_not_the_person() -> None:
    given = taken(
        table_of(
            "rec_id, given_name, surname, date_of_birth",
            *(f"rec-{number}-org, ann, lee, 198001{number:02}" for number in range(1, 21)),
            "rec-99-org, bob, ray, 19801332",
        )
    )
    assert given.refused == []
    assert given.column("records", "birth_date")[-1] is None
    assert date(1980, 1, 3) in given.column("records", "birth_date")


def test_a_total_on_every_line_counts_once_and_a_line_is_still_a_line() -> None:
    given = taken(
        table_of(
            "OrderID,OrderDate,CustomerID,OrderTotal,SKU,Qty,UnitPrice",
            "1,2026-01-01,7,30.00,A,1,10.00",
            "1,2026-01-01,7,30.00,B,2,10.00",
            "2,2026-01-02,8,5.00,A,1,5.00",
        )
    )
    assert [str(amount) for amount in given.column("orders", "amount")] == ["30.0000", "5.0000"]
    assert given.column("order_lines", "product_id") == ["A", "B", "A"]
    assert given.column("order_lines", "order_id") == ["1", "1", "2"]


def test_a_line_that_lacks_its_amount_is_refused_and_the_others_stay() -> None:
    given = taken(
        table_of(
            "Order,Customer No,Date,Item,Qty,Price",
            *(f"{order},7,2026-01-0{order},Cup,1,5.00" for order in (1, 1, 2, 2, 3, 3)),
            "3,7,2026-01-03,Pot,1,",
            "4,7,,Pot,1,5.00",
        )
    )
    assert [(refusal.row, refusal.found) for refusal in given.refused] == [(8, "nothing"), (9, "nothing")]
    assert [refusal.column for refusal in given.refused] == ["Qty or Price", "Date"]
    assert [str(amount) for amount in given.column("orders", "amount")] == ["10.0000", "10.0000", "10.0000"]


def test_returns_by_a_type_and_by_a_refunded_column() -> None:
    typed = taken(
        table_of(
            "Transaction ID,Type,Date,Customer,Amount",
            "T1,Sale,2026-01-02,C17,10.00",
            "T2,Return,2026-01-03,C17,-10.00",
            "T3,Return,2026-01-03,C18,4.00",
        )
    )
    assert typed.column("orders", "source_id") == ["T1"]
    assert [str(amount) for amount in typed.column("returns", "amount")] == ["10.0000", "4.0000"]
    refunded = taken(
        table_of("Order,Date,Total,Refunded amount,Customer No", "1,2026-01-01,9.00,0,7", "2,2026-01-02,8.00,3.00,7")
    )
    assert refunded.column("orders", "source_id") == ["1", "2"]
    assert [(back["order_id"], str(back["amount"])) for back in refunded.facts["returns"]] == [("2", "3.0000")]


def test_words_for_nothing_are_nothing() -> None:
    given = taken(
        table_of(
            "customer_id,name,city,email",
            "1,Ann Lee,NULL,ann@example.com",
            "2,NULL,Leeds,bob@example.com",
            "3,Cyd Day,NULL,NULL",
        )
    )
    assert given.mapping.nothing == ("null",)
    assert given.column("records", "city") == [None, "Leeds", None]
    assert given.column("records", "email") == ["ann@example.com", "bob@example.com", None]


def test_a_review_gives_words_a_rating_and_whoever_wrote_it() -> None:
    given = taken(
        table_of(
            "Review ID,Product,Rating,Title,Review,Reviewer email,Date",
            "r1,Cup,5,Lovely,A lovely cup that keeps tea warm.,ann@example.com,2026-03-01",
            "r2,Pot,2,Meh,The lid does not fit the pot.,,2026-03-02",
        )
    )
    assert given.column("messages", "medium") == ["review", "review"]
    assert given.column("messages", "public") == [True, True]
    assert given.column("ratings", "score") == [5.0, 2.0]
    assert given.column("ratings", "about") == ["Cup", "Pot"]
    (record,) = given.facts["records"]
    assert (record["role"], record["source_id"]) == ("review", "r1")
    assert given.column("messages", "record_id") == given.column("ratings", "record_id") == [record["record_id"], None]


def test_a_scale_of_its_own_is_brought_to_the_known_one() -> None:
    given = taken(table_of("customer_id,satisfaction,date", "1,100,2026-01-01", "2,0,2026-01-02", "3,50,2026-01-03"))
    assert (given.mapping.scale, given.mapping.score_from) == ("csat", (0.0, 100.0))
    assert given.column("ratings", "score") == [5.0, 1.0, 3.0]


def test_a_warranty_card_is_a_message_of_a_person_without_a_sale() -> None:
    given = taken(
        table_of(
            "Serial Number,Product,Purchase Date,Owner Name,Email",
            "SN1,Drill,2026-01-02,Ann Lee,ann@example.com",
            "SN2,Saw,2026-01-03,Bob Ray,bob@example.com",
        )
    )
    assert [(card["medium"], card["about"], card["occurred_at"]) for card in given.facts["messages"]] == [
        ("warranty card", "Drill", datetime(2026, 1, 2)),  # noqa: DTZ001 - facts are UTC without saying so
        ("warranty card", "Saw", datetime(2026, 1, 3)),  # noqa: DTZ001
    ]
    assert given.column("records", "email") == ["ann@example.com", "bob@example.com"]


def test_visits_and_calls_are_contacts_beside_the_digital_ones() -> None:
    given = taken(table_of("Call date,Customer no,Agent,Channel", "2026-01-02,17,Sue,Phone", "2026-01-03,18,Tim,Visit"))
    assert given.column("contacts", "channel") == ["phone", "in_person"]
    assert given.column("contacts", "employee") == ["Sue", "Tim"]
    assert len(given.facts["records"]) == 2


def test_both_ends_of_a_referral_are_records() -> None:
    given = taken(
        table_of(
            "Referred by,New customer,Date",
            "ann@example.com,bob@example.com,2026-01-02",
            "Ann@example.com,cyd@example.com,2026-01-03",
        )
    )
    assert len(set(given.column("referrals", "record_id"))) == 1
    assert given.column("referrals", "referred_id") == ["bob@example.com", "cyd@example.com"]
    records = set(given.column("records", "record_id"))
    assert set(given.column("referrals", "record_id")) | set(given.column("referrals", "referred_record_id")) == records


def test_a_list_of_people_says_who_may_be_written_to_and_who_brought_whom() -> None:
    given = taken(
        table_of(
            "customer id,first name,last name,email,newsletter,unsubscribed,referred by",
            "1,Ann,Lee,ann@example.com,yes,no,",
            "2,Bob,Ray,bob@example.com,no,no,1",
            "3,Cyd,Day,cyd@example.com,yes,yes,1",
        )
    )
    assert given.column("consents", "state") == ["given", "not given", "withdrawn"]
    assert given.column("referrals", "referred_id") == ["2", "3"]
    ann = given.facts["records"][0]["record_id"]
    assert set(given.column("referrals", "record_id")) == {ann}


def test_a_day_and_an_hour_in_two_columns_are_one_moment() -> None:
    given = taken(
        table_of(
            "Belegnr;Datum;Uhrzeit;Artikel;Menge;Betrag",
            "1001;01.03.2026;09:14;Brot;1;3,20",
            "1001;01.03.2026;09:14;Milch;2;2,20",
            "1002;02.03.2026;;Kaffee;1;2,80",
        )
    )
    assert given.column("orders", "occurred_at") == [datetime(2026, 3, 1, 9, 14), datetime(2026, 3, 2)]  # noqa: DTZ001
    assert [str(amount) for amount in given.column("orders", "amount")] == ["5.4000", "2.8000"]


def test_cents_are_counted_as_such() -> None:
    given = taken(
        '{"id":"o1","user":{"id":"u1"},"amount_cents":1990,"currency":"EUR","created_at":"2026-01-01T10:00:00Z"}\n'
        '{"id":"o2","user":{"id":"u2"},"amount_cents":500,"currency":"JPY","created_at":"2026-01-02T10:00:00Z"}\n',
        "orders.jsonl",
    )
    assert given.column("orders", "amount") == [Decimal("19.9000"), Decimal("500.0000")]


def test_hostile_names_and_words_are_only_names_and_words() -> None:
    number, day, paid, who = 'Order "id"; drop table staged; --', "Datum\nneu", "Betrag's", "Käufer ☂"
    text = (
        '"_v0","_c0","given","Order ""id""; drop table staged; --","Datum\nneu","row","Betrag\'s","Käufer ☂"\n'
        "x,y,z,1,2026-01-01,9,1.50,a@example.com\n"
        "x,y,z,2,2026-01-02,9,2.50,o'b@example.com\n"
    )
    mapping = generic.Mapping(
        kind="orders",
        columns=MappingProxyType(
            {
                "order_id": (number,),
                "date": (day,),
                "amount": (paid,),
                "email": (who,),
                "product": ("_v0",),
                "channel": ("_c0",),
                "type": ("given",),
            }
        ),
        header=(),
        return_values=("'); drop table staged; --", "Z"),
        nothing=("o'b@example.com",),
        nobody=("'",),
    )
    given = taken(text, mapping=generic.from_toml(generic.to_toml(mapping), "a.toml"))
    assert given.refused == []
    assert given.column("returns", "source_id") == ["1", "2"]
    assert given.column("order_lines", "product") == ["x", "x"]
    assert given.column("records", "email") == ["a@example.com"]
    assert guessed(text).columns["order_id"] == (number,)


def test_what_a_person_maps_otherwise_is_read_otherwise() -> None:
    text = table_of("order_id,customer_id,date,gross,net", "1,7,2026-01-01,11.90,10.00")
    mapping = guessed(text)
    assert str(taken(text).facts["orders"][0]["amount"]) == "11.9000"
    net = replace(mapping, columns=MappingProxyType(dict(mapping.columns) | {"amount": ("net",)}))
    assert str(taken(text, mapping=net).facts["orders"][0]["amount"]) == "10.0000"
