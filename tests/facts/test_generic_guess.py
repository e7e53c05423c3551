"""What unknown columns mean is told by their names, in several languages, and by their values (S0.23, S4.10, S3.18)."""

from __future__ import annotations

from pathlib import Path

import pytest

from byname.errors import UnreadableFile

from .generic_case import Case, guessed, table_of

CASES = (
    Case(
        "a web shop in English",
        table_of(
            "order_id,customer_id,email,created_at,total,currency",
            "1,7,a@example.com,2026-05-01 10:00:00,9.50,EUR",
            "2,8,b@example.com,2026-05-02 10:00:00,1.00,EUR",
        ),
        "orders",
        "order_id=order_id customer_id=customer_id email=email date=created_at amount=total currency=currency",
        "rows=orders",
    ),
    Case(
        "invoice lines of a wholesaler",
        table_of(
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
            "536365,85123A,WHITE HEART HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom",
            "536365,71053,WHITE METAL LANTERN,6,2010-12-01 08:26:00,3.39,17850.0,United Kingdom",
            "536366,22633,HAND WARMER,6,2010-12-01 08:28:00,1.85,17851.0,France",
        ),
        "orders",
        "order_id=InvoiceNo customer_id=CustomerID date=InvoiceDate quantity=Quantity price=UnitPrice product_id=StockCode product=Description country=Country",
        "rows=lines amount_per=line",
    ),
    Case(
        "purchases without an order's number",
        table_of(
            "customer_id,date,number_of_cds,dollar_value",
            "00001,19970101,1,11.77",
            "00002,19970112,1,12.00",
            "00002,19970112,5,77.00",
        ),
        "orders",
        "customer_id=customer_id date=date amount=dollar_value",
        "rows=orders",
    ),
    Case(
        "a bare Id that repeats is the customer's",
        table_of("Id,Date,Price", "1,2005-01-02,230.3", "1,2005-09-06,84.39", "2,2005-01-02,10.0"),
        "orders",
        "customer_id=Id date=Date amount=Price",
    ),
    Case(
        "a German shop",
        table_of(
            "Bestellnummer;Kundennr.;Vorname;Nachname;E-Mail-Adresse;Bestelldatum;Gesamtbetrag (EUR);Straße;Hausnummer;PLZ;Ort",
            "A-1;17;Anna;Meier;anna@example.com;01.03.2026;1.240,00;Am Markt;3;04103;Leipzig",
            "A-2;18;Ben;Kurz;ben@example.com;15.03.2026;20,50;Ring;12a;10115;Berlin",
        ),
        "orders",
        "order_id=Bestellnummer customer_id=Kundennr. given_name=Vorname family_name=Nachname email=E-Mail-Adresse date=Bestelldatum amount=Gesamtbetrag_(EUR) street=Straße+Hausnummer postcode=PLZ city=Ort",
        "currency=EUR",
    ),
    Case(
        "a German till",
        table_of(
            "Belegnr;Datum;Uhrzeit;Artikel;Menge;Einzelpreis;Betrag;Kassierer",
            "1001;01.03.2026;09:14;Brot;1;3,20;3,20;Anna",
            "1001;01.03.2026;09:14;Milch;2;1,10;2,20;Anna",
            "1002;02.03.2026;09:20;Kaffee;1;2,80;2,80;Ben",
        ),
        "orders",
        "order_id=Belegnr date=Datum+Uhrzeit product=Artikel quantity=Menge price=Einzelpreis amount=Betrag employee=Kassierer",
        "rows=lines amount_per=line",
    ),
    Case(
        "a French shop",
        table_of(
            "N° commande;Date de commande;Client;Courriel;Montant TTC;Devise",
            "F1;12/03/2026;Jeanne Petit;jeanne@example.com;45,90;EUR",
            "F2;13/03/2026;Luc Grand;luc@example.com;12,00;EUR",
        ),
        "orders",
        "order_id=N°_commande date=Date_de_commande name=Client email=Courriel amount=Montant_TTC currency=Devise",
    ),
    Case(
        "a Spanish shop with first and last names",
        table_of(
            "Nº de pedido,Fecha,Nombre,Apellidos,Teléfono,Importe total",
            "P1,2026-03-01,Ana,García López,+34 600 123 456,12.50",
            "P2,2026-03-02,Luis,Pérez,+34 600 123 457,8.00",
        ),
        "orders",
        "order_id=Nº_de_pedido date=Fecha given_name=Nombre family_name=Apellidos phone=Teléfono amount=Importe_total",
    ),
    Case(
        "Dutch invoices",
        table_of(
            "Factuurnummer,Klantnummer,Factuurdatum,Totaalbedrag,Valuta",
            "2026001,0012,2026-01-03,99.95,EUR",
            "2026002,0013,2026-01-04,15.00,EUR",
        ),
        "orders",
        "order_id=Factuurnummer customer_id=Klantnummer date=Factuurdatum amount=Totaalbedrag currency=Valuta",
    ),
    Case(
        "Italian order lines",
        table_of(
            "Numero ordine,Data ordine,Cliente,Importo,Prodotto,Quantità",
            "1,2026-02-01,Mario Rossi,10.00,Pasta,2",
            "1,2026-02-01,Mario Rossi,5.00,Vino,1",
            "2,2026-02-02,Lucia Bianchi,7.00,Olio,1",
        ),
        "orders",
        "order_id=Numero_ordine date=Data_ordine name=Cliente amount=Importo product=Prodotto quantity=Quantità",
        "rows=lines amount_per=line",
    ),
    Case(
        "a Portuguese shop",
        table_of(
            "Pedido,Data da compra,Nome do cliente,Email,Valor total",
            "10,2026-02-01,João Silva,joao@example.com,10.00",
            "11,2026-02-02,Maria Costa,maria@example.com,20.00",
        ),
        "orders",
        "order_id=Pedido date=Data_da_compra name=Nome_do_cliente email=Email amount=Valor_total",
    ),
    Case(
        "an office supplier with a margin and a rate of discount",
        table_of(
            "Row ID,Order ID,Order Date,Ship Date,Customer ID,Customer Name,City,State,Postal Code,Product ID,Category,Product Name,Sales,Quantity,Discount,Profit",
            "1,CA-1,11/8/2016,11/11/2016,CG-12520,Claire Gute,Henderson,Kentucky,42420,FUR-1,Furniture,Bush Bookcase,261.96,2,0,41.91",
            "2,CA-1,11/8/2016,11/11/2016,CG-12520,Claire Gute,Henderson,Kentucky,42420,FUR-2,Furniture,Hon Chair,731.94,3,0,219.58",
            "3,CA-2,6/13/2016,6/16/2016,DV-13045,Darrin Van Huff,Los Angeles,California,90036,OFF-1,Office Supplies,Self-Adhesive,14.62,2,0.2,6.87",
        ),
        "orders",
        "order_id=Order_ID date=Order_Date customer_id=Customer_ID name=Customer_Name product_id=Product_ID product=Product_Name amount=Sales quantity=Quantity margin=Profit",
        "rows=lines amount_per=line",
        not_="Row_ID Ship_Date Discount",
    ),
    Case(
        "a total that stands on every line of its order",
        table_of(
            "OrderID,OrderDate,CustomerID,OrderTotal,SKU,Qty,UnitPrice",
            "1,2026-01-01,7,30.00,A,1,10.00",
            "1,2026-01-01,7,30.00,B,2,10.00",
            "2,2026-01-02,8,5.00,A,1,5.00",
        ),
        "orders",
        "order_id=OrderID amount=OrderTotal product_id=SKU quantity=Qty price=UnitPrice",
        "rows=lines amount_per=order",
    ),
    Case(
        "a total that stands on the first line only",
        table_of(
            "Order,Date,Customer email,Order total,Item,Qty",
            "1,2026-01-01,a@example.com,30.00,Cup,1",
            "1,,,,Pot,2",
            "2,2026-01-02,b@example.com,5.00,Spoon,1",
            "2,,,,Fork,1",
        ),
        "orders",
        "order_id=Order date=Date email=Customer_email amount=Order_total product=Item quantity=Qty",
        "rows=first_line amount_per=order",
    ),
    Case(
        "sales and returns told apart by a type",
        table_of(
            "Transaction ID,Type,Date,Customer,Amount",
            "T1,Sale,2026-01-02,C17,10.00",
            "T2,Return,2026-01-03,C17,10.00",
            "T3,Sale,2026-01-03,C18,4.00",
        ),
        "orders",
        "order_id=Transaction_ID type=Type date=Date customer_id=Customer amount=Amount",
        "return_values=return",
    ),
    Case(
        "guests who share the number nought",
        table_of(
            "order_id,customer_id,billing_email,billing_first_name,billing_last_name,order_date,order_total,status",
            "1,0,a@example.com,A,Aa,2026-01-01,10.00,completed",
            "2,0,b@example.com,B,Bb,2026-01-02,11.00,cancelled",
            "3,7,c@example.com,C,Cc,2026-01-03,12.00,completed",
        ),
        "orders",
        "customer_id=customer_id email=billing_email given_name=billing_first_name family_name=billing_last_name status=status",
        "nobody=0",
    ),
    Case(
        "hotel bookings with two kinds of day",
        table_of(
            "Booking Ref,Guest Name,Guest Email,Check-in Date,Total Price,Booking Date",
            "B1,Ann Lee,ann@example.com,2026-05-01,300.00,2026-01-01",
            "B2,Bob Ray,bob@example.com,2026-05-03,120.00,2026-01-02",
        ),
        "orders",
        "order_id=Booking_Ref name=Guest_Name email=Guest_Email amount=Total_Price date=Booking_Date",
    ),
    Case(
        "a hairdresser's sheet",
        table_of(
            "Client,Mobile,Service,Appointment date,Price",
            "Ann Lee,07700 900123,Cut,2026-01-02,35.00",
            "Bob Ray,07700 900124,Shave,2026-01-03,20.00",
        ),
        "orders",
        "name=Client phone=Mobile product=Service date=Appointment_date amount=Price",
    ),
    Case(
        "gifts to a charity",
        table_of(
            "Donor,Gift Date,Gift Amount", "Ann Lee,2026-01-01,50", "Bob Ray,2026-01-02,20", "Ann Lee,2026-02-01,50"
        ),
        "orders",
        "name=Donor date=Gift_Date amount=Gift_Amount",
    ),
    Case(
        "a loyalty card's visits",
        table_of(
            "Member No.,Visit Date,Spend (GBP),Store", "000123,05/01/2026,12.30,Leeds", "000124,25/01/2026,8.10,York"
        ),
        "orders",
        "customer_id=Member_No. date=Visit_Date amount=Spend_(GBP)",
        "currency=GBP",
    ),
    Case(
        "a marketplace with order value, shipping, tax and total",
        table_of(
            "Sale Date,Order ID,Buyer User ID,Full Name,First Name,Last Name,Number of Items,Ship City,Ship Zipcode,Ship Country,Currency,Order Value,Shipping,Sales Tax,Order Total,Status",
            "01/20/26,111,annlee,Ann Lee,Ann,Lee,2,Leeds,LS1,United Kingdom,GBP,20.00,3.00,0.00,23.00,Shipped",
            "01/21/26,112,bobray,Bob Ray,Bob,Ray,1,York,YO1,United Kingdom,GBP,9.00,3.00,0.00,12.00,Shipped",
        ),
        "orders",
        "order_id=Order_ID date=Sale_Date customer_id=Buyer_User_ID name=Full_Name amount=Order_Total city=Ship_City postcode=Ship_Zipcode",
        not_="Shipping Sales_Tax Order_Value",
    ),
    Case(
        "names that say nothing, values that tell",
        table_of(
            "col1,col2,col3,col4",
            "anna@example.com,2026-03-01 10:00:00,19.90,K17",
            "ben@example.com,2026-03-02 11:00:00,5.00,K18",
            "anna@example.com,2026-03-09 11:00:00,7.25,K19",
        ),
        "orders",
        "email=col1 date=col2 amount=col3 order_id=col4",
    ),
    Case(
        "customers with what they spent in all are people",
        table_of(
            "Customer ID,First Name,Last Name,Email,Phone,Total Spent,Orders Count,Signup Date,Accepts Marketing",
            "1,Ann,Lee,ann@example.com,+1 202 555 0101,120.50,3,2025-01-01,yes",
            "2,Bob,Ray,bob@example.com,+1 202 555 0102,0.00,0,2025-02-01,no",
        ),
        "people",
        "customer_id=Customer_ID given_name=First_Name family_name=Last_Name email=Email phone=Phone created_at=Signup_Date consent=Accepts_Marketing",
        not_="Total_Spent Orders_Count",
    ),
    Case(
        "people of an association, in German, without a number",
        table_of(
            "Name,Vorname,Telefon,Geburtsdatum,Anschrift",
            "Meier,Anna,030 1234567,01.02.1980,Am Markt 3",
            "Kurz,Ben,030 7654321,13.04.1975,Ring 12",
        ),
        "people",
        "family_name=Name given_name=Vorname phone=Telefon birth_date=Geburtsdatum street=Anschrift",
    ),
    Case(
        "synthetic people with an official number",
        table_of(
            "rec_id, given_name, surname, street_number, address_1, address_2, suburb, postcode, state, date_of_birth, soc_sec_id",
            "rec-223-org, , waller, 6, tullaroop street, willaroo, st james, 4011, wa, 19081209, 6988048",
            "rec-122-org, lachlan, berry, 69, giblin street, killarney, bittern, 4814, qld, 19990219, 7364009",
        ),
        "people",
        "customer_id=rec_id given_name=given_name family_name=surname street=street_number+address_1+address_2 city=suburb postcode=postcode birth_date=date_of_birth personal_number=soc_sec_id",
        not_="state",
    ),
    Case(
        "people with a cluster beside them",
        table_of(
            "unique_id,first_name,surname,dob,city,email,cluster",
            "0,Robert,Alan,1971-06-24,,robert255@smith.net,0",
            "1,Robert,Allen,1971-05-24,,roberta25@smith.net,0",
        ),
        "people",
        "customer_id=unique_id given_name=first_name family_name=surname birth_date=dob email=email city=city",
        not_="cluster",
    ),
    Case(
        "tickets with a requester",
        table_of(
            "Ticket ID,Created At,Requester Email,Requester Name,Subject,Description,Priority,Status,Assignee",
            "1,2026-03-01T10:00:00Z,ann@example.com,Ann Lee,Broken cup,The cup that I bought arrived broken.,high,open,Sue",
            "2,2026-03-02T10:00:00Z,bob@example.com,Bob Ray,Late,My parcel is two weeks late now.,low,solved,Tim",
        ),
        "messages",
        "message_id=Ticket_ID date=Created_At email=Requester_Email name=Requester_Name subject=Subject text=Description status=Status employee=Assignee",
        "medium=ticket",
    ),
    Case(
        "reviews with stars",
        table_of(
            "Review ID,Product,Rating,Title,Review,Author,Date",
            "r1,Cup,5,Lovely,A lovely cup that keeps tea warm.,Ann Lee,2026-03-01",
            "r2,Pot,2,Meh,The lid does not fit the pot.,Bob Ray,2026-03-02",
        ),
        "messages",
        "message_id=Review_ID about=Product score=Rating subject=Title text=Review name=Author date=Date",
        "medium=review scale=stars",
    ),
    Case(
        "a survey whose question is its column",
        table_of(
            "email,How likely are you to recommend us?,Why?,submitted_at",
            "ann@example.com,9,Because the staff is friendly and fast,2026-03-01",
            "bob@example.com,3,Too slow and too expensive for what it is,2026-03-02",
        ),
        "messages",
        "email=email score=How_likely_are_you_to_recommend_us? text=Why? date=submitted_at",
        "medium=survey scale=nps",
    ),
    Case(
        "scores without words",
        table_of("customer_id,nps,date", "1,9,2026-03-01", "2,0,2026-03-02"),
        "ratings",
        "customer_id=customer_id score=nps date=date",
        "scale=nps",
    ),
    Case(
        "posts of which a spreadsheet spoilt the numbers",
        table_of(
            "tweet_id,name,retweet_count,text,tweet_created",
            "5.70301130888122E+017,ann_lee,0,plus you have added films to the flight,2015-02-24 11:15:59 -0800",
            "5.70301031407624E+017,bobray,2,it is really loud on this one today,2015-02-24 11:15:36 -0800",
        ),
        "messages",
        "handle=name text=text date=tweet_created",
        "medium=post",
        not_="tweet_id",
    ),
    Case(
        "warranty cards",
        table_of(
            "Serial Number,Product,Purchase Date,Owner Name,Email,Postcode",
            "SN1,Drill,2026-01-02,Ann Lee,ann@example.com,04103",
            "SN2,Saw,2026-01-03,Bob Ray,bob@example.com,10115",
        ),
        "messages",
        "message_id=Serial_Number about=Product date=Purchase_Date name=Owner_Name email=Email postcode=Postcode",
        "medium=warranty_card",
    ),
    Case(
        "visits and calls",
        table_of("Call date,Customer no,Agent,Channel", "2026-01-02,17,Sue,phone", "2026-01-03,18,Tim,visit"),
        "contacts",
        "date=Call_date customer_id=Customer_no employee=Agent channel=Channel",
    ),
    Case(
        "recipients of a campaign",
        table_of(
            "Recipient,Campaign,Sent at",
            "ann@example.com,Spring,2026-03-01 09:00",
            "bob@example.com,Spring,2026-03-01 09:00",
        ),
        "contacts",
        "email=Recipient campaign=Campaign date=Sent_at",
        "channel=email",
    ),
    Case(
        "texts that went out are contacts, and no customer's words",
        table_of(
            "sent_at,to,message,status",
            "2024-01-02 10:00,+447700900123,Your parcel is on its way,delivered",
            "2024-01-03 10:00,+447700900124,Your parcel is on its way,delivered",
        ),
        "contacts",
        "date=sent_at phone=to",
        "channel=phone",
        not_="message",
    ),
    Case(
        "requests for a sample",
        table_of(
            "Request date,Sample,Name,Email,Country",
            "2024-01-02,Cream 5ml,Ann Lee,ann@example.com,UK",
            "2024-01-03,Lotion 5ml,Bob Ray,bob@example.com,UK",
        ),
        "messages",
        "date=Request_date about=Sample name=Name email=Email country=Country",
        "medium=sampling",
    ),
    Case(
        "contacts of a sales system with a box for those who opted out",
        table_of(
            "Id,AccountId,LastName,FirstName,MailingStreet,MailingCity,MailingPostalCode,Phone,Email,Birthdate,OwnerId,CreatedDate,LastModifiedDate,HasOptedOutOfEmail",
            "003A,001A,Lee,Ann,1 Main St,Leeds,LS1,0113 496 0000,ann@example.com,1980-01-02,005A,2024-01-02T10:00:00.000+0000,2024-02-02T10:00:00.000+0000,false",
            "003B,001A,Ray,Bob,2 Main St,York,YO1,01904 496 0000,bob@example.com,1981-01-02,005A,2024-01-03T10:00:00.000+0000,2024-02-02T10:00:00.000+0000,true",
        ),
        "people",
        "customer_id=Id family_name=LastName given_name=FirstName street=MailingStreet city=MailingCity postcode=MailingPostalCode phone=Phone email=Email birth_date=Birthdate owner=OwnerId created_at=CreatedDate updated_at=LastModifiedDate opted_out=HasOptedOutOfEmail",
    ),
    Case(
        "visits to a practice: the doctor is not the customer",
        table_of(
            "patient_id,visit_date,doctor,treatment,fee",
            "1,2024-01-02,Dr Able,Cleaning,80",
            "2,2024-01-03,Dr Baker,Filling,120",
            "1,2024-02-02,Dr Able,Checkup,40",
        ),
        "orders",
        "customer_id=patient_id date=visit_date product=treatment amount=fee",
        not_="doctor",
    ),
    Case(
        "an older web shop of French words",
        table_of(
            'Date,"Commande n°",État,Client,Produit(s),"Articles vendus","Ventes nettes"',
            '2024-01-02,"#1001",Completed,John Doe,"Product A x 1, Product B x 2",3,150.00',
            '2024-01-05,"#1002",Processing,Jane Smith,"Product C x 1",1,50.00',
            '2024-01-08,"#1003",Completed,John Doe,"Product A x 1",1,75.00',
        ),
        "orders",
        "order_id=Commande_n° date=Date status=État name=Client product=Produit(s) quantity=Articles_vendus amount=Ventes_nettes",
    ),
    Case(
        "Polish orders",
        table_of(
            "Numer zamówienia;Data;Klient;E-mail;Kwota brutto;Waluta",
            "1;2026-01-02;Anna Nowak;anna@example.com;199,00;PLN",
            "2;2026-01-03;Jan Kowal;jan@example.com;89,00;PLN",
        ),
        "orders",
        "order_id=Numer_zamówienia date=Data name=Klient email=E-mail amount=Kwota_brutto currency=Waluta",
    ),
    Case(
        "Swedish orders",
        table_of(
            "Ordernummer;Kundnamn;Orderdatum;Summa;Valuta",
            "1;Anna Berg;2026-01-02;199,00;SEK",
            "2;Nils Ek;2026-01-03;89,00;SEK",
        ),
        "orders",
        "order_id=Ordernummer name=Kundnamn date=Orderdatum amount=Summa currency=Valuta",
    ),
    Case(
        "referrals by e-mail",
        table_of(
            "Referred by,New customer,Date",
            "ann@example.com,bob@example.com,2026-01-02",
            "ann@example.com,cyd@example.com,2026-01-03",
        ),
        "referrals",
        "referrer_email=Referred_by referred_email=New_customer date=Date",
    ),
    Case(
        "referrals by number",
        table_of("referrer_customer_id,referee_customer_id,created_at", "17,18,2026-01-02", "17,19,2026-01-03"),
        "referrals",
        "referrer_id=referrer_customer_id referred_id=referee_customer_id date=created_at",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_columns_are_told_by_their_names_and_values(case: Case) -> None:
    case.holds()


def test_json_lines_with_a_nested_customer_and_cents_are_orders() -> None:
    mapping = guessed(
        '{"id":"o1","user":{"id":"u1","email":"a@example.com"},"amount_cents":1990,"currency":"EUR","created_at":"2026-01-01T10:00:00Z"}\n'
        '{"id":"o2","user":{"id":"u2","email":"b@example.com"},"amount_cents":500,"currency":"EUR","created_at":"2026-01-02T10:00:00Z"}\n',
        "orders.jsonl",
    )
    assert (mapping.kind, mapping.minor_units) == ("orders", True)
    assert mapping.columns["customer_id"] == ("user.id",)
    assert mapping.columns["order_id"] == ("id",)


@pytest.mark.parametrize(
    "text",
    [
        table_of("sensor,timestamp,temperature", "1,2026-01-01 10:00:00,21.5", "2,2026-01-01 10:00:00,22.5"),
        table_of("InvoiceLineId,InvoiceId,UnitPrice,Quantity", "1,1,0.99,1", "2,1,0.99,1", "3,2,1.99,1"),
        table_of("unique_id_l,unique_id_r,clerical_match_score", "0,49,1.0", "1,48,0.0", "1,47,0.0"),
        table_of("Id,Gender,Channel", "1,0.0,0.0", "2,1.0,0.0"),
        table_of("sku,name,price,stock", "A1,Cup,5.00,10", "A2,Pot,9.00,3"),
        table_of(
            "Date,Open,High,Low,Close,Volume",
            "2024-01-02,10.00,11.00,9.50,10.50,1000",
            "2024-01-03,10.50,11.50,10.00,11.25,1200",
        ),
        table_of("order_id,customer_id,order_date,ship_city", "1,7,2024-01-02,Leeds", "2,8,2024-01-03,York"),
    ],
    ids=[
        "a thermometer",
        "lines without a day",
        "pairs with a score",
        "flags",
        "a price list",
        "a stock exchange",
        "orders without an amount",
    ],
)
def test_what_cannot_be_told_is_not_guessed_and_a_mapping_lies_ready(text: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as caught:
        guessed(text, folder=tmp_path)
    (draft,) = tmp_path.glob("*.toml")
    assert str(draft) in caught.value.do
    for column in text.split("\n", 1)[0].split(","):
        assert f'"{column}" is ' in caught.value.found


def test_a_file_without_a_header_is_refused_before_its_first_row_is_lost() -> None:
    with pytest.raises(UnreadableFile, match="a first row that names the columns"):
        guessed(table_of("17,2026-01-01,19.90", "18,2026-01-02,5.00"))


def test_a_number_that_returns_on_other_days_is_not_an_orders_number() -> None:
    rows = [f"{number},2026-01-{day:02},9.50,{day}{number}@example.com" for day in range(1, 9) for number in (1, 2, 3)]
    mapping = guessed(table_of("Receipt no,Date,Total,Email", *rows))
    assert "order_id" not in mapping.columns
    assert "Receipt no" in mapping.notes[0]


def test_a_guess_says_how_sure_it_is() -> None:
    plain = guessed(CASES[0].text)
    weird = guessed(next(case.text for case in CASES if case.name.startswith("names that say nothing")))
    assert plain.confidence > 0.9
    assert weird.confidence < 0.5
