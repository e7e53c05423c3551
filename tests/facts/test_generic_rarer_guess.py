"""Files of subscriptions, ideas, votes, usage, promises and ranks are told by more than one sign, others are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from byname.errors import UnreadableFile

from .generic_case import Case, guessed, table_of

CASES = (
    Case(
        "a billing system's export with a unit price in cents and periods in two columns",
        table_of(
            "subscription_id,account_code,plan_code,plan_name,state,quantity,unit_amount_in_cents,currency,activated_at,canceled_at,expires_at,current_period_started_at,current_period_ends_at,plan_interval_length,plan_interval_unit",
            "r1,a1,gold,Gold,active,2,1900,EUR,2025-01-02T10:00:00Z,,,2026-03-02,2026-04-02,1,months",
            "r2,a2,gold,Gold,expired,1,1900,EUR,2025-01-02T10:00:00Z,2025-05-01T10:00:00Z,2025-06-02T10:00:00Z,2025-05-02,2025-06-02,1,months",
        ),
        "subscriptions",
        "subscription_id=subscription_id customer_id=account_code plan=plan_name price=unit_amount_in_cents quantity=quantity currency=currency period=plan_interval_length+plan_interval_unit started_at=activated_at ended_at=expires_at status=state",
        not_="plan_code canceled_at current_period_started_at current_period_ends_at",
    ),
    Case(
        "another one that says only when it was cancelled",
        table_of(
            "Subscription Id,Customer Id,Plan Id,Plan Unit Price,Plan Quantity,Billing Period,Billing Period Unit,Currency Code,Status,Started At,Activated At,Cancelled At,Current Term Start,Current Term End,Next Billing At",
            "s1,c1,gold,19.00,1,1,month,EUR,active,01/02/2026 10:00,01/02/2026 10:00,,01/03/2026 10:00,01/04/2026 10:00,01/04/2026 10:00",
            "s2,c2,gold,190.00,1,1,year,EUR,cancelled,25/02/2025 10:00,25/02/2025 10:00,26/02/2026 10:00,,,",
        ),
        "subscriptions",
        "subscription_id=Subscription_Id customer_id=Customer_Id plan=Plan_Id price=Plan_Unit_Price started_at=Started_At ended_at=Cancelled_At period=Billing_Period+Billing_Period_Unit currency=Currency_Code status=Status",
        not_="Current_Term_Start Current_Term_End Next_Billing_At",
    ),
    Case(
        "what a tool of subscription figures imports: the state is a region",
        table_of(
            "customer_external_id,customer_name,customer_email,customer_country,customer_state,plan_name,plan_interval,plan_interval_count,quantity,currency,amount_paid,started_at,cancelled_at",
            "c1,Ann Lee,ann@example.com,DE,BY,Gold,month,3,1,EUR,29.00,2026-01-02 10:00:00,",
            "c2,Bob Ray,bob@example.com,FR,,Gold,year,1,1,EUR,290.00,2025-01-02 10:00:00,2026-01-02 10:00:00",
        ),
        "subscriptions",
        "customer_id=customer_external_id name=customer_name email=customer_email country=customer_country plan=plan_name price=amount_paid currency=currency period=plan_interval_count+plan_interval started_at=started_at ended_at=cancelled_at",
        not_="customer_state quantity",
    ),
    Case(
        "a software company's own list with a monthly amount",
        table_of(
            "subscription_id,customer_id,plan,start_date,end_date,status,monthly_amount,currency,updated_at",
            'sub-001,C-001,Growth,2024-11-01,,ACTIVE,"$1,200.00",usd,2025-01-02T09:00:00Z',
            "sub-003,C-003,GROWTH,2025-02-01,2025-08-31,cancelled,$500,USD,2025-09-01T09:00:00Z",
        ),
        "subscriptions",
        "subscription_id=subscription_id started_at=start_date ended_at=end_date price=monthly_amount status=status updated_at=updated_at",
        "period=month",
    ),
    Case(
        "monthly recurring revenue is a price by the month",
        table_of(
            "subscription_id,customer_id,company,plan,status,mrr,currency,started,current_period_end,canceled_at",
            "s1,c1,Acme,pro,active,99,EUR,2025-01-02,2026-04-02,",
            "s2,c2,Zeta,pro,canceled,99,EUR,2025-01-03,2026-04-02,2026-01-01",
        ),
        "subscriptions",
        "price=mrr started_at=started ended_at=canceled_at company=company",
        "period=month",
        not_="current_period_end",
    ),
    Case(
        "subscribers told by the file's name and a monthly cost",
        table_of(
            "user_id,name,plan,start_date,end_date,is_active,monthly_cost",
            "U001,Alice Ant,Premium,2023-01-10,2024-01-10,TRUE,17.99",
            "U002,Bob Ray,Standard,2023-05-01,,TRUE,13.99",
        ),
        "subscriptions",
        "customer_id=user_id name=name plan=plan price=monthly_cost started_at=start_date ended_at=end_date",
        "period=month",
        file="stream_subscriptions.csv",
    ),
    Case(
        "a shop system's subscriptions with the total that returns",
        table_of(
            "subscription_id,subscription_status,customer_id,billing_email,start_date,trial_end_date,next_payment_date,end_date,billing_period,billing_interval,order_total,order_currency",
            "11,wc-active,7,a@example.com,2025-01-01 10:00:00,,2026-01-01 10:00:00,,month,1,19.00,EUR",
            "12,wc-cancelled,8,b@example.com,2025-01-01 10:00:00,,,2025-09-01 10:00:00,year,1,190.00,EUR",
        ),
        "subscriptions",
        "subscription_id=subscription_id customer_id=customer_id email=billing_email price=order_total started_at=start_date ended_at=end_date period=billing_interval+billing_period status=subscription_status",
        not_="trial_end_date next_payment_date",
    ),
    Case(
        "gifts that return are a contract too",
        table_of(
            "Donor ID,Name,Email,Frequency,Amount,Start date,End date",
            "1,Ann Lee,a@example.com,monthly,10.00,2025-01-01,",
            "2,Bob Ray,b@example.com,yearly,50.00,2025-01-01,2026-01-01",
        ),
        "subscriptions",
        "customer_id=Donor_ID name=Name price=Amount period=Frequency started_at=Start_date ended_at=End_date",
    ),
    Case(
        "members of a club with a yearly fee, who joined and left",
        table_of(
            "Mitgliedsnummer;Vorname;Nachname;E-Mail;Geburtsdatum;Status;Eintritt;Austritt;Jahresbeitrag",
            "F-1;Frida;Foerder;f@example.com;12.03.1990;Aktiv;01.09.2020;;120,00",
            "F-2;Max;Muster;m@example.com;13.03.1990;Inaktiv;01.09.2019;31.12.2025;120,00",
        ),
        "subscriptions",
        "customer_id=Mitgliedsnummer birth_date=Geburtsdatum price=Jahresbeitrag started_at=Eintritt ended_at=Austritt",
        "period=year",
    ),
    Case(
        "a contract with nothing but a plan, a price and its days",
        table_of(
            "subscription_id,customer_id,plan,price,start_date,end_date",
            "1,7,gold,9.99,2024-01-02,",
            "2,8,silver,4.99,2024-01-03,2024-06-03",
        ),
        "subscriptions",
        "subscription_id=subscription_id customer_id=customer_id plan=plan price=price started_at=start_date ended_at=end_date",
        "period=",
    ),
    Case(
        "a German list of contracts",
        table_of(
            "Kundennr.;Vorname;Nachname;E-Mail;Geburtsdatum;Tarif;Vertragsbeginn;Vertragsende;Monatsbeitrag",
            "17;Anna;Meier;anna@example.com;01.02.1980;Basis;01.03.2025;unbefristet;19,90",
            "18;Ben;Kurz;ben@example.com;13.04.1975;Plus;15.03.2024;31.12.2025;29,90",
        ),
        "subscriptions",
        "customer_id=Kundennr. given_name=Vorname family_name=Nachname email=E-Mail birth_date=Geburtsdatum plan=Tarif started_at=Vertragsbeginn ended_at=Vertragsende price=Monatsbeitrag",
        "period=month",
    ),
    Case(
        "German magazine subscriptions paid in different rhythms",
        table_of(
            "Vertragsnummer;Kunde;Abo;Preis (EUR);Zahlungsweise;Beginn;Gekündigt zum",
            "V1;Anna Meier;Basis;19,90;monatlich;01.03.2025;",
            "V2;Ben Kurz;Plus;99,00;jährlich;15.03.2024;31.12.2025",
        ),
        "subscriptions",
        "subscription_id=Vertragsnummer name=Kunde plan=Abo price=Preis_(EUR) period=Zahlungsweise started_at=Beginn ended_at=Gekündigt_zum",
        "currency=EUR period=",
    ),
    Case(
        "a French list of subscribers",
        table_of(
            "N° abonnement;Client;Courriel;Formule;Prix mensuel;Date de début;Date de fin",
            "A1;Jeanne Petit;jeanne@example.com;Solo;12,90;12/03/2025;",
            "A2;Luc Grand;luc@example.com;Duo;19,90;13/03/2025;13/09/2025",
        ),
        "subscriptions",
        "subscription_id=N°_abonnement name=Client email=Courriel plan=Formule price=Prix_mensuel started_at=Date_de_début ended_at=Date_de_fin",
        "period=month",
    ),
    Case(
        "a Spanish list of contracts",
        table_of(
            "Nº de contrato,Cliente,Tarifa,Cuota mensual,Fecha de inicio,Fecha de baja",
            "P1,Ana García,Plus,12.50,2026-03-01,",
            "P2,Luis Pérez,Solo,8.00,2025-03-02,2026-01-31",
        ),
        "subscriptions",
        "subscription_id=Nº_de_contrato name=Cliente plan=Tarifa price=Cuota_mensual started_at=Fecha_de_inicio ended_at=Fecha_de_baja",
        "period=month",
    ),
    Case(
        "customers with months of tenure and no day are people",
        table_of(
            "customerID,gender,SeniorCitizen,tenure,Contract,PaperlessBilling,PaymentMethod,MonthlyCharges,TotalCharges,Churn",
            "3668-QPYBK,Male,0,2,Month-to-month,Yes,Mailed check,53.85,108.15,Yes",
            "6713-OKOMC,Female,0,10,One year,No,Mailed check,29.75,301.9,No",
        ),
        "people",
        "customer_id=customerID extra=tenure+Contract+MonthlyCharges+TotalCharges+Churn",
        not_="gender SeniorCitizen PaymentMethod",
    ),
    Case(
        "orders that a subscription made stay orders",
        table_of(
            "order_id,customer_id,subscription_id,order_date,amount,currency",
            "1,7,s1,2026-01-02,9.00,EUR",
            "2,7,s1,2026-02-02,9.00,EUR",
        ),
        "orders",
        "order_id=order_id date=order_date amount=amount",
    ),
    Case(
        "rentals have a start and an end, and are orders",
        table_of(
            "Rental no,Customer,Email,Start date,End date,Price",
            "1,Ann Lee,a@example.com,2026-01-02,2026-01-05,90.00",
            "2,Bob Ray,b@example.com,2026-01-03,2026-01-04,40.00",
        ),
        "orders",
        "order_id=Rental_no date=Start_date amount=Price",
    ),
    Case(
        "people of whom a contract's days are known stay people",
        table_of(
            "Record ID,First Name,Last Name,Email,Contract start date,Contract end date,Lifecycle Stage",
            "1,Ann,Lee,a@example.com,2026-01-02,2027-01-05,customer",
            "2,Bob,Ray,b@example.com,2026-01-03,2027-01-04,customer",
        ),
        "people",
        "customer_id=Record_ID email=Email",
    ),
    Case(
        "an ideas portal with a count of votes",
        table_of(
            "Idea reference #,Idea name,Idea description,Idea status,Idea votes,Created by,Creator email,Created date",
            "A-I-1,Dark mode,Please add a dark mode to the app,Under review,12,Ann Lee,ann@example.com,2026-01-02",
            "A-I-2,Export,Export to Excel please,Shipped,3,Bob Ray,bob@example.com,2026-01-03",
        ),
        "ideas",
        "idea_id=Idea_reference_# title=Idea_name text=Idea_description status=Idea_status name=Created_by email=Creator_email date=Created_date",
        not_="Idea_votes",
    ),
    Case(
        "a board that calls ideas posts is told by its statuses",
        table_of(
            "title,details,status,votes,author email,created",
            "Dark mode,Please add it to the app,under review,12,ann@example.com,2026-01-02T10:00:00Z",
            "Export,Export to Excel please,complete,3,bob@example.com,2026-01-03T10:00:00Z",
        ),
        "ideas",
        "title=title text=details status=status email=author_email date=created",
        not_="votes",
    ),
    Case(
        "feature requests told by the file's name",
        table_of(
            "title,description,status,Total Likes,Requested By,created_at",
            "Dark mode,Please add it to the app,Open,12,Ann Lee,2026-01-02",
            "Export,Export to Excel please,Done,3,Bob Ray,2026-01-03",
        ),
        "ideas",
        "title=title text=description status=status name=Requested_By date=created_at",
        file="feature_requests_export.csv",
    ),
    Case(
        "German ideas with the day on which they were put to use",
        table_of(
            "Idee Nr;Titel;Beschreibung;Status;Umgesetzt am;Einreicher;E-Mail;Datum",
            "1;Dunkelmodus;Bitte einen dunklen Modus;umgesetzt;01.03.2026;Anna Meier;anna@example.com;01.01.2026",
            "2;Export;Bitte nach Excel;geplant;;Ben Kurz;ben@example.com;02.01.2026",
        ),
        "ideas",
        "idea_id=Idee_Nr title=Titel text=Beschreibung status=Status shipped_at=Umgesetzt_am name=Einreicher email=E-Mail date=Datum",
    ),
    Case(
        "a city's portal of proposals",
        table_of(
            ",id,url,code,title,userId,date,summary,text,numComments,status,numSupports,isAssociation",
            "0,7,/proposals/7,MAD-2015-09-7,Limpiar las calles,9884,2015-09-15,Algo tan básico como limpiar.,,188,archived,6560,0",
            "1,9,/proposals/9,MAD-2015-09-9,Más árboles,9885,2015-09-16,Plantar más árboles en cada calle.,,18,open,60,0",
        ),
        "ideas",
        "idea_id=id title=title status=status customer_id=userId date=date",
        not_="numSupports numComments",
        file="proposals.csv",
    ),
    Case(
        "comments on proposals stay messages",
        table_of(
            "id,proposalId,userId,text,numVotes,date",
            "1,7,3,I like this proposal very much indeed.,4,2026-01-02",
            "2,7,4,I do not like it at all I am afraid.,4,2026-01-02",
        ),
        "messages",
        "message_id=id text=text customer_id=userId thread=proposalId",
        file="comments.csv",
    ),
    Case(
        "tickets with votes stay messages",
        table_of(
            "Issue key,Summary,Status,Votes,Reporter,Created",
            "A-1,Crash on start,Done,2,annlee,2026-01-02",
            "A-2,Slow page,In Progress,0,bobray,2026-01-03",
        ),
        "messages",
        "message_id=Issue_key subject=Summary status=Status",
    ),
    Case(
        "a survey that asks for suggestions stays a survey",
        table_of(
            "email,nps,Suggestions,submitted_at",
            "ann@example.com,9,Please open longer on Saturdays,2026-01-02",
            "bob@example.com,3,More staff at the till would help,2026-01-03",
        ),
        "messages",
        "email=email score=nps text=Suggestions",
    ),
    Case(
        "votes told by the file's name",
        table_of("idea_id,user_id,created_at", "1,7,2026-01-02", "1,8,2026-01-03", "2,7,2026-01-03"),
        "votes",
        "idea_id=idea_id customer_id=user_id date=created_at",
        file="votes.csv",
    ),
    Case(
        "votes for and against by e-mail",
        table_of(
            "Suggestion ID,Voter Email,Vote,Voted at",
            "1,ann@example.com,up,2026-01-02",
            "1,bob@example.com,down,2026-01-03",
        ),
        "votes",
        "idea_id=Suggestion_ID email=Voter_Email weight=Vote date=Voted_at",
    ),
    Case(
        "votes that repeat the idea's title and have a weight",
        table_of(
            "Idea ID,Idea title,Voter name,Voter email,Weight",
            "1,Dark mode,Ann Lee,ann@example.com,3",
            "1,Dark mode,Bob Ray,bob@example.com,1",
            "2,Export,Bob Ray,bob@example.com,1",
        ),
        "votes",
        "idea_id=Idea_ID name=Voter_name email=Voter_email weight=Weight",
        not_="Idea_title",
    ),
    Case(
        "events of a product",
        table_of("user_id,event_name,event_time", "1,login,2024-01-02 10:00:00", "2,open,2024-01-02 10:01:00"),
        "usage",
        "customer_id=user_id event=event_name date=event_time",
    ),
    Case(
        "an analytics tool's events: the town, the device's name and nested JSON are no details",
        table_of(
            "event_type,event_time,user_id,device_id,session_id,event_id,platform,os_name,country,city,ip_address,event_properties",
            'login,2026-01-02 10:00:00.000,u1,d1,1,1,web,mac,Germany,Berlin,1.2.3.4,"{""lat"":1}"',
            'export,2026-01-02 10:05:00.000,u2,d2,1,2,web,mac,Germany,Berlin,1.2.3.5,"{""lat"":1}"',
        ),
        "usage",
        "event=event_type date=event_time customer_id=user_id event_id=event_id properties=device_id+session_id+platform+os_name+country",
        not_="city event_properties",
    ),
    Case(
        "another one's events with flat properties",
        table_of(
            "uuid,event,distinct_id,timestamp,properties.$current_url,properties.plan",
            "e1,$pageview,u1,2026-01-02T10:00:00Z,https://a.example/x,pro",
            "e2,export clicked,u2,2026-01-02T10:05:00Z,https://a.example/y,free",
        ),
        "usage",
        "event_id=uuid event=event customer_id=distinct_id date=timestamp properties=properties.$current_url+properties.plan",
    ),
    Case(
        "a warehouse's events with a day and a moment in microseconds",
        table_of(
            "event_date,event_timestamp,event_name,user_pseudo_id,platform",
            "20191208,1575779411418000,notification_receive,3c8a1,ANDROID",
            "20191208,1575779411419000,open,3c8a2,ANDROID",
        ),
        "usage",
        "event=event_name date=event_timestamp customer_id=user_pseudo_id",
    ),
    Case(
        "a shop's clicks, some of which are purchases",
        table_of(
            "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session",
            "2019-10-01 00:00:00 UTC,view,44600062,2103807459595387724,,shiseido,35.79,541312140,72d76fde",
            "2019-10-01 00:00:01 UTC,purchase,3900821,2053013552326770905,appliances,aqua,33.20,554748717,9333dfbd",
        ),
        "usage",
        "event=event_type date=event_time customer_id=user_id properties=product_id+category_id+category_code+brand+price+user_session",
    ),
    Case(
        "employees are no subscribers",
        table_of(
            "Employee ID,Name,Email,Contract type,Start date,End date,Monthly salary",
            "1,Ann Lee,a@example.com,permanent,2025-01-01,,3000",
            "2,Bob Ray,b@example.com,fixed,2025-02-01,2026-02-01,3500",
        ),
        "people",
        "name=Name email=Email",
    ),
    Case(
        "people who went to an event are people",
        table_of(
            "Event,Date,Attendee name,Email",
            "Spring Gala,2026-01-02,Ann Lee,ann@example.com",
            "Spring Gala,2026-01-02,Bob Ray,bob@example.com",
        ),
        "people",
        "name=Attendee_name email=Email",
    ),
    Case(
        "a mailing system's events are no usage",
        table_of(
            "email,timestamp,event,category",
            "ann@example.com,1513299569,delivered,news",
            "bob@example.com,1513299570,open,news",
        ),
        "answers",
        "email=email date=timestamp kind=event",
        not_="category",
    ),
    Case(
        "promises",
        table_of(
            "Promise,Promised on,Due date,Kept on,Employee,Customer",
            "Call back,2026-01-02,2026-01-05,2026-01-04,Sue,Ann Lee",
            "Send the spare part,2026-01-03,2026-01-10,,Tim,Bob Ray",
        ),
        "promises",
        "what=Promise date=Promised_on due_at=Due_date kept_at=Kept_on employee=Employee name=Customer",
    ),
    Case(
        "promises in German",
        table_of(
            "Zusage;Zugesagt am;Fällig am;Erledigt am;Mitarbeiter;Kundennummer",
            "Rückruf;02.01.2026;05.01.2026;04.01.2026;Sue;17",
            "Ersatzteil senden;03.01.2026;10.01.2026;offen;Tim;18",
        ),
        "promises",
        "what=Zusage date=Zugesagt_am due_at=Fällig_am kept_at=Erledigt_am employee=Mitarbeiter customer_id=Kundennummer",
    ),
    Case(
        "promises told by the file's name",
        table_of(
            "what,due,kept,employee,customer id,made on",
            "Call back,2026-01-05,2026-01-04,Sue,17,2026-01-02",
            "Send part,2026-01-10,,Tim,18,2026-01-02",
        ),
        "promises",
        "what=what due_at=due kept_at=kept employee=employee customer_id=customer_id date=made_on",
        file="promises.csv",
    ),
    Case(
        "a survey of wallets",
        table_of("customer_id,rank of our brand,number of brands,date", "1,1,3,2026-01-02", "2,2,4,2026-01-03"),
        "ratings",
        "score=rank_of_our_brand brands=number_of_brands customer_id=customer_id date=date",
        "scale=rank",
    ),
    Case(
        "a survey of wallets by e-mail",
        table_of("email,our rank,brands used,month", "a@example.com,1,3,2026-01-02", "b@example.com,2,4,2026-01-03"),
        "ratings",
        "score=our_rank brands=brands_used email=email",
        "scale=rank",
    ),
    Case(
        "a survey of wallets in German",
        table_of("Kundennr;Rang unserer Marke;Anzahl Marken;Datum", "1;1;3;02.01.2026", "2;2;4;03.01.2026"),
        "ratings",
        "score=Rang_unserer_Marke brands=Anzahl_Marken customer_id=Kundennr",
        "scale=rank",
    ),
    Case(
        "a survey of wallets with words",
        table_of(
            "email,our rank,brands used,Why?,date",
            "a@example.com,1,3,Because the staff is friendly and fast,2026-01-02",
            "b@example.com,2,4,Too slow and too expensive for what it is,2026-01-03",
        ),
        "messages",
        "score=our_rank brands=brands_used text=Why? email=email",
        "scale=rank",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_rarer_kinds_are_told_by_several_signs(case: Case) -> None:
    case.holds()


@pytest.mark.parametrize(
    "text",
    [
        table_of(
            "id,court_id,plan,start_date,end_date,hours,total_amount,customer_name,customer_email,status,created_at",
            "1,7,hourly,2026-01-02,2026-01-02,2,40.00,Ann Lee,ann@example.com,paid,2026-01-01 10:00",
            "2,7,hourly,2026-01-03,2026-01-03,1,20.00,Bob Ray,bob@example.com,paid,2026-01-01 11:00",
        ),
        table_of("idea_id,user_id,created_at", "1,7,2026-01-02", "1,8,2026-01-03", "2,7,2026-01-03"),
        table_of("event_name,event_time,count", "login,2024-01-02 10:00:00,3", "open,2024-01-02 10:01:00,4"),
        table_of(
            "Order ID,Customer,Item,Promised date,Delivered",
            "1,Ann Lee,Big cup,2026-01-05,2026-01-04",
            "2,Bob Ray,Pot,2026-01-10,2026-01-11",
        ),
        table_of("player,rank,brand", "Ann Lee,1,Nike", "Bob Ray,2,Puma"),
    ],
    ids=[
        "bookings of a court",
        "who did what to an idea?",
        "counts of events",
        "promised days",
        "a ranking of players",
    ],
)
def test_what_only_resembles_a_rarer_kind_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        guessed(text, folder=tmp_path)


def test_contracts_without_a_first_day_name_what_they_lack(tmp_path: Path) -> None:
    text = table_of(
        "Contract no,Customer no,Monthly fee,Contract end", "V1,17,9.90,2026-01-31", "V2,17,9.90,2026-02-28"
    )
    with pytest.raises(UnreadableFile, match="a column for started_at"):
        guessed(text, folder=tmp_path)


def test_what_a_guess_leaves_open_stands_in_its_notes() -> None:
    telco = guessed(table_of("customerID,tenure,MonthlyCharges,Churn", "1,2,53.85,Yes", "2,10,29.75,No"))
    assert "no column says on which day it began" in telco.notes[0]
    head = "customer_id,plan,contract start,contract end,"
    two = guessed(
        table_of(f"{head}monthly price,annual price", "1,a,2026-01-02,,9,90", "2,b,2026-01-03,2026-02-03,9,90")
    )
    assert "price" not in two.columns
    assert "Several prices" in two.notes[0]
    seats = guessed(table_of(f"{head}monthly price,quantity", "1,a,2026-01-02,,9,1", "2,b,2026-01-03,2026-02-03,9,5"))
    assert "map it to quantity" in seats.notes[0]
    unclear = guessed(table_of("customer_id,plan,contract start,price", "1,a,2026-01-02,9", "2,b,2026-01-03,9"))
    assert [note.split(":", 1)[0] for note in unclear.notes] == [
        "No column says when a subscription ended",
        "No column says how long a period is",
    ]
    ideas = guessed(table_of("idea id,title,status", "1,Dark mode,parked", "2,Export,planned"))
    assert "The status parked stays as it is" in ideas.notes[0]
    counted = guessed(table_of("id,title,status,numSupports", "1,Dark mode,open,3", "2,Export,open,4"), "ideas.csv")
    assert '"numSupports" counts votes' in counted.notes[0]
    both = guessed(table_of("customer_id,nps,our rank,brands used,date", "1,9,1,3,2026-01-02", "2,3,2,4,2026-01-03"))
    assert both.scale == "nps"
    assert "looks like a rank among brands" in both.notes[0]
