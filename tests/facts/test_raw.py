"""Any file becomes one table of text, with nothing lost, nothing guessed and nothing kept that must not be (S3.18)."""

from __future__ import annotations

import gzip
import json
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byname.errors import UnreadableFile
from byname.facts.raw import BadRow, Raw, from_query, open_raws, sha256_of

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Table:
    """What one table of a file held, once it was read to its end."""

    name: str
    columns: tuple[str, ...]
    rows: dict[int, dict[str, str]]
    bad: dict[int, str]
    dropped: set[str]
    raw: Raw


def taken(raw: Raw) -> Table:
    rows: dict[int, dict[str, str]] = {}
    for batch in raw.batches:
        for row in batch.to_pylist():
            number = row.pop("row")
            assert number not in rows
            rows[number] = {name: value for name, value in row.items() if value is not None}
    bad = {row.row: row.found for row in raw.bad}
    return Table(raw.name, raw.columns, rows, bad, set(raw.dropped), raw)


def tables(path: Path) -> list[Table]:
    return [taken(raw) for raw in open_raws(path)]


def the_table(path: Path) -> Table:
    (table,) = tables(path)
    return table


def written(folder: Path, content: str | bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(folder: Path, content: str | bytes, name: str = "file.csv") -> Table:
    return the_table(written(folder, content, name))


# ------------------------------------------------------------------------------------------------ encodings

PEOPLE = 'Name,Stadt\r\nZoë,Köln\r\n"Straße, Ö",Łódź\r\n'


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-16-le with bom", "utf-16-be with bom"]
)
def test_a_file_in_any_unicode_encoding_gives_the_same_text(tmp_path: Path, encoding: str) -> None:
    text = "\ufeff" + PEOPLE if encoding.endswith("with bom") else PEOPLE
    table = read(tmp_path, text.encode(encoding.removesuffix(" with bom")))
    assert table.columns == ("Name", "Stadt")
    assert table.rows == {2: {"Name": "Zoë", "Stadt": "Köln"}, 3: {"Name": "Straße, Ö", "Stadt": "Łódź"}}


def test_a_windows_code_page_is_read_where_the_bytes_are_not_utf_8(tmp_path: Path) -> None:
    table = read(tmp_path, "Name;Preis\nZoë;5 €\n".encode("cp1252"))
    assert table.rows == {2: {"Name": "Zoë", "Preis": "5 €"}}


def test_a_byte_that_the_windows_code_page_lacks_stops_no_file(tmp_path: Path) -> None:
    table = read(tmp_path, b"Name,Town\nZo\xeb,K\x81ln\nAda,Bonn\n")
    assert table.rows[2]["Name"] == "Zoë"
    assert table.rows[3] == {"Name": "Ada", "Town": "Bonn"}


def test_a_letter_that_is_cut_by_the_sniffed_part_is_still_utf_8(tmp_path: Path) -> None:
    for pad in range(3):
        content = "a,b\n" + "x" * ((1 << 16) - 6 - pad) + ",€ü\n1,2\n"
        table = read(tmp_path, content)
        assert table.rows[2]["b"] == "€ü"
        assert table.rows[3] == {"a": "1", "b": "2"}


def test_utf_16_is_read_across_blocks(tmp_path: Path) -> None:
    content = "a,b\n" + "".join(f"{number},Grüße 🍵\n" for number in range(400_000))
    table = read(tmp_path, content.encode("utf-16"))
    assert len(table.rows) == 400_000
    assert table.rows[400_001] == {"a": "399999", "b": "Grüße 🍵"}


# --------------------------------------------------------------------------------- delimiters, quotes and rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_though_others_stand_in_the_values(tmp_path: Path, delimiter: str) -> None:
    rows = [["id", "words", "amount"], ["1", '"a,b;c|d\te"', '"1,5"'], ["2", '"x, y; z"', "2"]]
    table = read(tmp_path, "\n".join(delimiter.join(row) for row in rows) + "\n")
    assert table.columns == ("id", "words", "amount")
    assert table.rows[2] == {"id": "1", "words": "a,b;c|d\te", "amount": "1,5"}


def test_a_comma_in_every_value_of_a_semicolon_file_decides_nothing(tmp_path: Path) -> None:
    table = read(tmp_path, "Datum;Betrag\n1.2.2026;1,50\n2.2.2026;2,50\n3.2.2026;3,50\n")
    assert table.columns == ("Datum", "Betrag")


def test_a_file_of_one_column_needs_no_delimiter(tmp_path: Path) -> None:
    table = read(tmp_path, "Email\na@example.com\nb@example.com\n")
    assert table.columns == ("Email",)
    assert [row["Email"] for row in table.rows.values()] == ["a@example.com", "b@example.com"]


def test_excels_line_that_names_the_separator_is_no_header(tmp_path: Path) -> None:
    table = read(tmp_path, "sep=;\r\na;b\r\n1;2,5\r\n")
    assert table.columns == ("a", "b")
    assert table.rows == {3: {"a": "1", "b": "2,5"}}


def test_a_tab_separated_header_may_begin_with_an_unnamed_column(tmp_path: Path) -> None:
    table = read(tmp_path, "\tName\tTown\n0\tAda\tBonn\n", "file.tsv")
    assert table.columns == ("column 1", "Name", "Town")
    assert table.rows == {2: {"column 1": "0", "Name": "Ada", "Town": "Bonn"}}


def test_quoted_commas_and_line_breaks_stay_in_values_and_in_the_header(tmp_path: Path) -> None:
    content = 'id,"How was it,\nreally? 🍵","He said ""why"""\n1,"good,\r\nvery","x ""y"""\n2,b,c\n'
    table = read(tmp_path, content)
    assert table.columns == ("id", "How was it,\nreally? 🍵", 'He said "why"')
    assert table.rows[2] == {"id": "1", "How was it,\nreally? 🍵": "good,\r\nvery", 'He said "why"': 'x "y"'}
    assert table.rows[3]["id"] == "2"


def test_a_column_of_the_name_that_row_numbers_have_is_told_apart(tmp_path: Path) -> None:
    assert read(tmp_path, "row,a\nx,1\n").rows == {2: {"row (2)": "x", "a": "1"}}
    assert read(tmp_path, '{"Row": "x", "": "y"}\n', "x.jsonl").rows == {1: {"Row (2)": "x", "column 2": "y"}}


def test_a_header_that_names_a_column_twice_or_not_at_all_is_told_apart(tmp_path: Path) -> None:
    assert read(tmp_path, "a,A,,a\n1,2,3,4\n").rows == {2: {"a": "1", "A (2)": "2", "column 3": "3", "a (3)": "4"}}


def test_a_name_with_its_own_count_does_not_meet_a_counted_one(tmp_path: Path) -> None:
    table = read(tmp_path, "a,a (2),a\n1,2,3\n")
    assert len({column.casefold() for column in table.columns}) == 3
    assert sorted(table.rows[2].values()) == ["1", "2", "3"]


def test_a_short_and_a_long_row_are_refused_with_their_own_numbers(tmp_path: Path) -> None:
    table = read(tmp_path, "a,b\n1,2\n3\n4,5\n6,7,8\n9,10\n11,12,13\n14,15\n")
    assert {number: row["a"] for number, row in table.rows.items()} == {2: "1", 4: "4", 6: "9", 8: "14"}
    assert table.bad == {3: "1 columns", 5: "3 columns", 7: "3 columns"}
    assert [row.expected for row in table.raw.bad] == ["2 columns as in the header"] * 3
    assert [row.text for row in table.raw.bad] == ["3", "6,7,8", "11,12,13"]


def test_row_numbers_hold_over_blocks_with_bad_rows_and_line_breaks(tmp_path: Path) -> None:
    words = f'"some words\nover lines {"x" * 60}"'
    numbers = range(2, 150_002)
    lines = ["number,words", *(f"{number}" if number % 1_000 == 7 else f"{number},{words}" for number in numbers)]
    table = read(tmp_path, "\n".join(lines) + "\n")
    assert all(row["number"] == str(number) for number, row in table.rows.items())
    assert set(table.bad) == {number for number in range(2, 150_002) if number % 1_000 == 7}


def test_empty_lines_are_no_rows_but_are_counted(tmp_path: Path) -> None:
    table = read(tmp_path, "a,b\n\n1,2\n\n\n3\n4,5\n\n")
    assert {number: row["a"] for number, row in table.rows.items()} == {3: "1", 7: "4"}
    assert table.bad == {6: "1 columns"}


def test_empty_lines_before_the_header_are_passed_over(tmp_path: Path) -> None:
    assert read(tmp_path, "\r\n\r\na,b\r\n1,2\r\n").rows == {4: {"a": "1", "b": "2"}}


def test_a_quotation_that_never_closes_refuses_its_row_and_says_so(tmp_path: Path) -> None:
    table = read(tmp_path, 'a,b\n1,2\n3,"open\n4,5\n6,7\n')
    assert table.rows == {2: {"a": "1", "b": "2"}}
    assert table.bad == {3: "a quotation mark that never closes"}
    assert table.raw.bad[0].text == "open\n4,5\n6,7\n"


def test_a_quotation_that_never_closes_in_an_earlier_column_is_refused_too(tmp_path: Path) -> None:
    table = read(tmp_path, 'a,b\n1,2\n"3,4\n5,6\n')
    assert table.rows == {2: {"a": "1", "b": "2"}}
    assert list(table.bad) == [3]


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_last_value_may_end_in_a_line_break_of_its_own(tmp_path: Path, end: str) -> None:
    table = read(tmp_path, 'a,b\n1,"words\n"' + end)
    assert table.rows == {2: {"a": "1", "b": "words\n"}}
    assert table.bad == {}


def test_a_row_wider_than_a_block_is_read_or_the_file_refused_in_plain_words(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n1,2\n3," + "x" * (9 << 20) + "\n5,6\n")
    with pytest.raises(UnreadableFile, match=r"found a row of more than 4 MB; expected rows of 2 columns"):
        tables(path)


def test_a_header_without_rows_is_a_table_without_rows(tmp_path: Path) -> None:
    for content in ("a,b\n", "a,b"):
        table = read(tmp_path, content)
        assert table.columns == ("a", "b")
        assert table.rows == {}


def test_long_digits_of_a_refused_row_are_masked(tmp_path: Path) -> None:
    table = read(tmp_path, "a,b\n4242 4242 4242 4242\n")
    assert table.raw.bad == [BadRow(2, "1 columns", "2 columns as in the header", "[digits]")]


WORDS = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\r\n", exclude_characters="\ufffd")


@given(st.lists(st.lists(st.text(WORDS, max_size=8), min_size=2, max_size=2), min_size=1, max_size=8))
def test_every_quoted_value_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    quoted = "".join(",".join('"' + value.replace('"', '""') + '"' for value in row) + "\r\n" for row in rows)
    table = read(tmp_path_factory.mktemp("csv"), '"a","b"\r\n' + quoted)
    assert [[row["a"], row["b"]] for row in table.rows.values()] == [row for row in rows if any(row)]
    assert table.bad == {}


# -------------------------------------------------------------------------------------- gzip, zip and folders


def test_a_gzipped_file_is_read_as_what_is_in_it(tmp_path: Path) -> None:
    assert read(tmp_path, gzip.compress(PEOPLE.encode("utf-16")), "people.csv.gz").rows[2]["Stadt"] == "Köln"
    assert read(tmp_path, gzip.compress(b'{"a": 1}\n{"a": 2}\n'), "x.jsonl.gz").rows == {1: {"a": "1"}, 2: {"a": "2"}}


def test_a_broken_gzip_says_so(tmp_path: Path) -> None:
    content = gzip.compress(PEOPLE.encode() * 50)
    with pytest.raises(UnreadableFile, match="gzip"):
        tables(written(tmp_path, content[:-20], "people.csv.gz"))


def test_a_zip_gives_each_file_in_it_by_its_own_name(tmp_path: Path) -> None:
    path = tmp_path / "audience.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("export/subscribed_members.csv", "Email\na@example.com\n")
        archive.writestr("export/cleaned_members.csv", "Email\nb@example.com\n")
        archive.writestr("__MACOSX/._cleaned_members.csv", b"\x00\x05\x16\x07junk")
        archive.writestr("export/.DS_Store", b"\x00\x00\x00\x01Bud1")
        archive.writestr("export/events.jsonl", '{"type": "page"}\n{"type": "track"}\n')
        archive.writestr("export/nothing.csv", "")
    found = {table.name: len(table.rows) for table in tables(path)}
    assert found == {"subscribed_members.csv": 1, "cleaned_members.csv": 1, "events.jsonl": 2}


def test_a_zip_gives_the_workbooks_and_parquet_files_in_it_too(tmp_path: Path) -> None:
    book = workbook(tmp_path, {"people": [["id", "name"], ["007", "Ada"]]})
    pq.write_table(pa.table({"id": ["008"]}), tmp_path / "more.parquet")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(book, "people.xlsx")
        archive.write(tmp_path / "more.parquet", "deep/more.parquet")
        archive.writestr("plain.csv.gz", gzip.compress(b"id\n009\n"))
    assert [next(iter(table.rows.values()))["id"] for table in tables(tmp_path / "all.zip")] == ["007", "008", "009"]


def test_a_zip_without_files_and_a_broken_one_say_so(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as archive:
        archive.writestr("folder/", "")
    with pytest.raises(UnreadableFile, match="an empty zip"):
        tables(tmp_path / "empty.zip")
    with pytest.raises(UnreadableFile, match="a broken zip"):
        tables(written(tmp_path, b"PK\x03\x04 no zip at all", "broken.zip"))


def test_a_zip_with_a_password_says_so(tmp_path: Path) -> None:
    path = tmp_path / "locked.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("people.csv", PEOPLE)
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flag in the file's header and in the directory
        content[content.index(mark) + place] |= 1
    with pytest.raises(UnreadableFile, match="a zip with a password"):
        tables(written(tmp_path, bytes(content), "locked.zip"))


# ---------------------------------------------------------------------------------------------------- Excel


def workbook(folder: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(folder / "book.xlsx")
    return folder / "book.xlsx"


def test_a_workbook_gives_each_sheet_with_dates_numbers_and_ids_as_text(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        {
            "Orders": [
                ["Order", "When", "Day", "Total", "Paid", "Count", None],
                ["000123", datetime(2026, 2, 28, 10, 5, 7), date(2026, 3, 1), 1240.5, True, 3, None],  # noqa: DTZ001
                [None, None, None, None, None, None, None],
                ["'0045", None, None, 0.1, False, 17850.0, None],
            ],
            "Empty": [],
            "Only a header": [["a", "b"]],
            "People": [["Email"], ["a@example.com"]],
        },
    )
    orders, people = tables(path)
    assert (orders.name, people.name) == ("book.xlsx [Orders]", "book.xlsx [People]")
    assert orders.rows[2] == {
        "Order": "000123",
        "When": "2026-02-28 10:05:07",
        "Day": "2026-03-01",
        "Total": "1240.5",
        "Paid": "true",
        "Count": "3",
    }
    assert orders.rows[4]["Order"] == "'0045"
    assert orders.rows[4]["Count"] == "17850"
    assert people.rows == {2: {"Email": "a@example.com"}}


def test_what_must_not_be_kept_is_dropped_from_a_workbook_too(tmp_path: Path) -> None:
    table = the_table(workbook(tmp_path, {"x": [["id", "Card Last4"], ["1", "4242"]]}))
    assert table.rows == {2: {"id": "1"}}
    assert table.dropped == {"Card Last4"}


def test_a_workbook_without_rows_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no sheet with rows"):
        tables(workbook(tmp_path, {"x": []}))


def test_a_broken_workbook_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="a broken workbook"):
        tables(written(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"junk" * 300, "old.xls"))


# ----------------------------------------------------------------------------------------------------- JSON


def test_json_lines_are_flattened_with_dots_and_objects_also_kept_whole(tmp_path: Path) -> None:
    content = (
        '{"id": 7, "price": 19.90, "big": 12345678901234567890, "on": true, "no": null, '
        '"a": {"b": {"c": "x"}}, "tags": ["ü", 1]}\n'
        '\n{"id": 8, "late": "column"}\n'
    )
    table = read(tmp_path, content, "x.jsonl")
    assert table.rows[1] == {
        "id": "7", "price": "19.90", "big": "12345678901234567890", "on": "true", "a": '{"b": {"c": "x"}}',
        "a.b": '{"c": "x"}', "a.b.c": "x", "tags": '["ü", 1]',
    }  # fmt: skip
    assert table.rows[3] == {"id": "8", "late": "column"}


def test_a_column_that_turns_up_late_is_found(tmp_path: Path) -> None:
    lines = [json.dumps({"id": number} | ({"late": "x"} if number == 25_000 else {})) for number in range(25_001)]
    table = read(tmp_path, "\n".join(lines), "x.jsonl")
    assert table.columns == ("id", "late")
    assert table.rows[25_001] == {"id": "25000", "late": "x"}


def test_a_broken_line_is_refused_and_the_others_are_taken(tmp_path: Path) -> None:
    table = read(tmp_path, '{"id": 1}\n{"id": 2, \n{"id": 3}\n[4]\n"five"\n{"card": 4242424242424242\n', "x.jsonl")
    assert table.rows == {1: {"id": "1"}, 3: {"id": "3"}}
    assert table.bad == {2: "a line that is not JSON", 4: "a value that is no object", 5: "a value that is no object",
                         6: "a line that is not JSON"}  # fmt: skip
    assert next(row.text for row in table.raw.bad if row.row == 6) == '{"card": [digits]'


def test_a_first_line_that_is_broken_does_not_make_the_others_unreadable(tmp_path: Path) -> None:
    table = read(tmp_path, '{"id": 1, \n{"id": 2}\n{"id": 3}\n', "x.jsonl")
    assert table.rows == {2: {"id": "2"}, 3: {"id": "3"}}
    assert table.bad == {1: "a line that is not JSON"}


@pytest.mark.parametrize(
    "content",
    [
        '[{"id": 1}, {"id": 2}]',
        '[\n {"id": 1},\n {"id": 2}\n]\n',
        '{"tickets": [{"id": 1}, {"id": 2}], "count": 2, "next_page": null}',
        '{\n"count": 2,\n"tickets": [\n{"id": 1},\n{"id": 2}\n]}',
        '{"data": [{"id": 1}]}\n{"data": [{"id": 2}]}\n',
        '[{"reviews": [{"id": 1}]}, {"reviews": [{"id": 2}], "averageRating": 4.5}]',
    ],
)
def test_a_list_and_an_object_around_a_list_are_unpacked(tmp_path: Path, content: str) -> None:
    assert read(tmp_path, content, "x.json").rows == {1: {"id": "1"}, 2: {"id": "2"}}


def test_one_object_alone_is_one_row(tmp_path: Path) -> None:
    for content in ('{"id": 1, "items": [{"sku": "x"}]}', '{"id": 1,\n "items": [{"sku": "x"}]\n}\n'):
        assert read(tmp_path, content, "x.json").rows == {1: {"id": "1", "items": '[{"sku": "x"}]'}}


def test_lines_that_hold_a_list_of_their_own_stay_one_row_each(tmp_path: Path) -> None:
    table = read(
        tmp_path, '{"order": "1", "items": [{"sku": "x"}, {"sku": "y"}]}\n{"order": "2", "items": []}\n', "x.jsonl"
    )
    assert [row["order"] for row in table.rows.values()] == ["1", "2"]


def test_an_empty_list_is_a_table_without_rows(tmp_path: Path) -> None:
    for content in ("[]", '{"tickets": []}'):
        assert read(tmp_path, content, "x.json").rows in ({}, {1: {"tickets": "[]"}})


def test_broken_json_says_where(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"broken JSON .*line 2"):
        tables(written(tmp_path, '[{"id": 1},\n {"id" 2}]', "x.json"))


def test_half_a_letter_in_json_stops_no_file(tmp_path: Path) -> None:
    table = read(tmp_path, '{"id": 1, "text": "half \\ud83d", "a": {"b": "\\udc00"}}\n{"id": 2}\n', "x.jsonl")
    assert table.rows[1]["text"].startswith("half ")
    assert table.rows[2] == {"id": "2"}


def test_json_in_utf_16_with_a_mark_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, '{"town": "Köln"}\n{"town": "Łódź"}\n'.encode("utf-16"), "x.jsonl").rows[2] == {
        "town": "Łódź"
    }


def test_a_refused_row_that_was_corrected_is_read_as_its_file_was(tmp_path: Path) -> None:
    row = {
        "file": "orders.csv",
        "row": 9,
        "reader": "shopify_orders",
        "found": "31/02/2026",
        "original": {"Name": "#1", "Total": "5"},
    }
    table = read(tmp_path, json.dumps(row) + "\n", "orders.csv.jsonl")
    assert table.raw.reader == "shopify_orders"
    assert table.rows == {1: {"Name": "#1", "Total": "5"}}


def test_names_that_differ_only_in_case_are_kept_apart(tmp_path: Path) -> None:
    table = read(tmp_path, '{"Email": "a", "email": "b"}\n{"email": "c"}\n', "x.jsonl")
    assert len({column.casefold() for column in table.columns}) == len(table.columns)
    assert sorted(table.rows[1].values()) == ["a", "b"]


# -------------------------------------------------------------------------------------------------- Parquet


def test_a_parquet_file_becomes_text(tmp_path: Path) -> None:
    columns = {
        "id": pa.array([1, 2], pa.int64()),
        "at": pa.array([datetime(2026, 2, 28, 10, tzinfo=UTC), None], pa.timestamp("us", "UTC")),
        "amount": pa.array([None, 2], pa.decimal128(10, 2)),
        "who": pa.array([{"email": "a@example.com", "ip": "192.0.2.1"}, None]),
        "tags": pa.array([["x"], []]),
        "kind": pa.array(["a", "b"]).dictionary_encode(),
        "raw": pa.array([b"x", b"\xff"]),
        "latitude": [1.0, 2.0],
    }
    pq.write_table(pa.table(columns), tmp_path / "x.parquet")
    table = the_table(tmp_path / "x.parquet")
    assert table.dropped == {"latitude"}
    assert table.rows[1] == {
        "id": "1",
        "at": "2026-02-28 10:00:00.000000Z",
        "who": '{"email": "a@example.com"}',
        "tags": '["x"]',
        "kind": "a",
        "raw": "x",
    }
    assert table.rows[2]["amount"] == "2.00"


def test_a_folder_of_parquet_is_one_table_though_a_column_came_later(tmp_path: Path) -> None:
    folder = tmp_path / "orders"
    (folder / "2026").mkdir(parents=True)
    pq.write_table(pa.table({"id": pa.array([1], pa.int32())}), folder / "a.parquet")
    pq.write_table(pa.table({"id": pa.array([2], pa.int64()), "late": ["x"]}), folder / "2026" / "b.parquet")
    table = the_table(folder)
    assert table.name == "orders"
    assert sorted((row["id"], row.get("late")) for row in table.rows.values()) == [("1", None), ("2", "x")]


def test_a_folder_without_parquet_and_a_broken_file_say_so(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UnreadableFile, match="no Parquet file in it"):
        tables(tmp_path / "folder")
    with pytest.raises(UnreadableFile, match="Parquet"):
        tables(written(tmp_path, b"PAR1 is all that it has", "x.parquet"))


def test_the_rows_of_a_query_become_text() -> None:
    given_rows = pa.table({"id": [1, 2], "ip_address": ["192.0.2.1", None]})
    table = taken(from_query("a query", given_rows.to_reader()))
    assert table.rows == {1: {"id": "1"}, 2: {"id": "2"}}
    assert table.dropped == {"ip_address"}


# ------------------------------------------------------------------------------------ what is never kept

SECRETS = {
    "ip": "192.0.2.1",
    "clientIp": "192.0.2.1",
    "OPTIN_IP": "192.0.2.1",
    "ip_address": "192.0.2.1",
    "latitude": 1.5,
    "lng": 2.5,
    "coordinates": [1.5, 2.5],
    "geo": {"x": 1.5},
    "card": {"last4": "4242", "number": "4242", "exp_month": 12, "fingerprint": "4242"},
    "Card Last4": "4242",
    "card_fingerprint": "4242",
    "cardLast4": "4242",
    "PAN Suffix": "4242",
    "Card Exp Year": "2030",
}


@pytest.mark.parametrize("depth", range(8))
def test_card_digits_addresses_and_coordinates_are_dropped_at_any_depth(tmp_path: Path, depth: int) -> None:
    item: Any = dict(SECRETS, kept="yes")
    for level in range(depth):
        item = {f"level{level}": [item] if level % 3 == 2 else item}
    table = read(tmp_path, json.dumps(item) + "\n" + json.dumps({"id": 2}) + "\n", "x.jsonl")
    text = json.dumps(table.rows)
    assert "yes" in text
    assert not [secret for secret in ("192.0.2.1", "4242", "2030", "1.5", "2.5") if secret in text]
    if depth < 3:
        assert table.dropped


def test_card_columns_of_a_csv_are_dropped_and_named(tmp_path: Path) -> None:
    table = read(
        tmp_path, "id,Card Last4,OPTIN_IP,Card Fingerprint,LATITUDE,Card Brand\n1,4242,192.0.2.1,f,1.5,visa\n2\n"
    )
    assert table.rows == {2: {"id": "1", "Card Brand": "visa"}}
    assert table.dropped == {"Card Last4", "OPTIN_IP", "Card Fingerprint", "LATITUDE"}
    assert table.raw.bad[0].text is None


@pytest.mark.parametrize(
    "name", ["Ship to", "recipient", "zip", "description", "Platform", "Relation", "Geography", "Gift card", "slip"]
)
def test_harmless_names_are_not_taken_for_addresses(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, f"id,{name}\n1,x\n").rows == {2: {"id": "1", name: "x"}}


def test_a_loyalty_cards_number_is_kept_because_it_is_the_customers_id(tmp_path: Path) -> None:
    assert read(tmp_path, "Loyalty Card Number,x\n0012,1\n").rows == {2: {"Loyalty Card Number": "0012", "x": "1"}}


# ------------------------------------------------------------------------------------------ no table at all


@pytest.mark.parametrize("content", [b"", b"\n\n \n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_file_says_so(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"an empty file|no header"):
        tables(written(tmp_path, content))


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< >>\n" + bytes(range(128, 256)) * 40,
        bytes(range(256)) * 300,
        b"\x00" * 5000,
    ],
)
def test_binary_junk_is_refused_whole(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnreadableFile, match="not text"):
        tables(written(tmp_path, content, "junk.csv"))


@given(st.binary(min_size=1, max_size=400))
def test_no_bytes_bring_anything_but_a_table_or_a_plain_refusal(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = written(tmp_path_factory.mktemp("junk"), content, "junk")
    with suppress(UnreadableFile):
        tables(path)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no such file"):
        tables(tmp_path / "nowhere.csv")


def test_bytes_read_are_told_and_add_up(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n" + "1,2\n" * 5000)
    told: list[int] = []
    for raw in open_raws(path, told.append):
        taken(raw)
    assert sum(told) == path.stat().st_size


def test_the_same_bytes_have_the_same_sum_and_a_folder_counts_its_names(tmp_path: Path) -> None:
    one, other = written(tmp_path, "a\n1\n", "one.csv"), written(tmp_path, "a\n1\n", "other.csv")
    assert sha256_of(one) == sha256_of(other)
    sums = set()
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        pq.write_table(pa.table({"a": [1]}), tmp_path / name / f"{name}.parquet")
        sums.add(sha256_of(tmp_path / name))
    assert len(sums) == 2
