"""What the ledger takes, what it holds, and what it gives back."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from byname.errors import LedgerError
from byname.facts import ledger as ledger_module
from byname.facts.ledger import Import, Ledger
from byname.facts.schema import TABLES
from byname.facts.store import LEDGER_TABLES, Committed

from .ledger_case import add, add_tables, bytes_with, day, everything, fact, held, rows_of, sha, stage, without


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "acme" / "facts", memory="256MB", threads=1, wait=5)


ALICE = fact("1", status="paid", employee="Käthe")
BOB = fact("2", status="paid")
CAROL = fact("3", status="paid")
BOB_REFUNDED = fact("2", status="refunded")


def test_what_was_added_is_held_with_its_version_its_import_and_the_moment(ledger: Ledger, tmp_path: Path) -> None:
    taken = add(ledger, tmp_path, "monday.csv", on=1, orders=[ALICE, BOB])
    assert (taken.new, taken.changed, taken.known) == (2, 0, 0)
    assert taken.per_table == {"orders": (2, 0, 0)}
    rows = held(ledger, "orders")
    assert {(row["version"], row["file_id"], row["known_at"]) for row in rows} == {
        (1, taken.file_id, day(1).replace(tzinfo=None))
    }
    assert without(
        rows, "version", "file_id", "known_at", "margin", "amount", "currency", "discount", "channel"
    ) == without([{"employee": None, **ALICE}, {"employee": None, **BOB}])


def test_an_empty_ledger_has_a_state_without_files_or_imports(ledger: Ledger) -> None:
    with ledger.state() as state:
        assert (state.commit, dict(state.versions), state.files("orders")) == (0, {}, [])
        assert state.schema("orders").names == [column.name for column in LEDGER_TABLES["orders"].all_columns]
    assert ledger.imports().num_rows == 0
    assert ledger.check() == []


def test_the_same_bytes_again_write_nothing_at_all(ledger: Ledger, tmp_path: Path) -> None:
    first = add(ledger, tmp_path, "monday.csv", on=1, orders=[ALICE, BOB])
    with ledger.state() as state:
        before = state.commit
    again = add(ledger, tmp_path, "monday.csv", on=2, orders=[ALICE, BOB])
    assert (again.file_id, again.new, again.changed, again.known) == (first.file_id, 0, 0, 2)
    with ledger.state() as state:
        assert state.commit == before


def test_the_same_rows_in_another_file_add_no_fact_but_can_be_listed(ledger: Ledger, tmp_path: Path) -> None:
    add(ledger, tmp_path, "monday.csv", on=1, orders=[ALICE, BOB])
    before = held(ledger, "orders")
    again = add(ledger, tmp_path, "tuesday.csv", on=2, orders=[ALICE, BOB])
    assert (again.new, again.changed, again.known) == (0, 0, 2)
    assert held(ledger, "orders") == before
    assert ledger.imports()["name"].to_pylist() == ["monday.csv", "tuesday.csv"]
    assert ledger.imports()["known"].to_pylist() == [0, 2]


def test_a_row_that_changed_becomes_a_version_and_the_newest_one_is_read(ledger: Ledger, tmp_path: Path) -> None:
    add(ledger, tmp_path, "monday.csv", on=1, orders=[ALICE, BOB])
    taken = add(ledger, tmp_path, "tuesday.csv", on=2, orders=[ALICE, BOB_REFUNDED, CAROL])
    assert taken.per_table == {"orders": (1, 1, 1)}
    assert len(held(ledger, "orders")) == 4
    newest = {row["source_id"]: (row["status"], row["version"]) for row in held(ledger, "orders", newest=True)}
    assert newest == {"1": ("paid", 1), "2": ("refunded", 2), "3": ("paid", 1)}


def test_known_by_hides_what_was_learnt_later(ledger: Ledger, tmp_path: Path) -> None:
    add(ledger, tmp_path, "monday.csv", on=1, orders=[ALICE, BOB])
    add(ledger, tmp_path, "tuesday.csv", on=2, orders=[BOB_REFUNDED, CAROL])
    then = {row["source_id"]: row["status"] for row in held(ledger, "orders", newest=True, known_by=1)}
    assert then == {"1": "paid", "2": "paid"}
    assert held(ledger, "orders", newest=True, known_by=0) == []


def test_what_the_source_changed_last_is_newest_in_whatever_order_the_files_came(
    ledger: Ledger, tmp_path: Path
) -> None:
    """S3.18: every interaction is stored, and none is lost to a late file."""
    add(ledger, tmp_path, "tuesday.csv", on=1, orders=[fact("2", updated=2, status="refunded")])
    add(ledger, tmp_path, "monday.csv", on=2, orders=[fact("2", updated=1, status="paid")])
    assert len(held(ledger, "orders")) == 2
    assert [row["status"] for row in held(ledger, "orders", newest=True)] == ["refunded"]


def test_a_box_ticked_unticked_and_ticked_again_is_ticked(ledger: Ledger, tmp_path: Path) -> None:
    ticked, unticked = fact("1", state="given"), fact("1", state="withdrawn")
    add(ledger, tmp_path, "1.csv", on=1, newest=1, consents=[ticked])
    add(ledger, tmp_path, "2.csv", on=2, newest=2, consents=[unticked])
    taken = add(ledger, tmp_path, "3.csv", on=3, newest=3, consents=[ticked])
    assert (taken.changed, taken.known) == (1, 0)
    assert [(row["state"], row["version"]) for row in held(ledger, "consents", newest=True)] == [("given", 3)]


def test_an_older_export_that_is_loaded_late_does_not_bring_back_what_changed_since(
    ledger: Ledger, tmp_path: Path
) -> None:
    ticked, unticked = fact("1", state="given"), fact("1", state="withdrawn")
    add(ledger, tmp_path, "1.csv", on=1, newest=1, consents=[ticked])
    add(ledger, tmp_path, "3.csv", on=2, newest=3, consents=[unticked])
    taken = add(ledger, tmp_path, "2.csv", on=3, newest=2, consents=[ticked])
    assert (taken.changed, taken.known) == (0, 1)
    assert [row["state"] for row in held(ledger, "consents", newest=True)] == ["withdrawn"]


def test_exports_of_unknown_age_count_in_the_order_of_their_loading(ledger: Ledger, tmp_path: Path) -> None:
    for at, state in enumerate(["given", "withdrawn", "given"]):
        add(ledger, tmp_path, f"{at}.csv", on=at, consents=[fact("1", state=state)])
    assert [row["state"] for row in held(ledger, "consents", newest=True)] == ["given"]


def test_the_sources_own_word_about_a_row_goes_before_the_age_of_the_export(ledger: Ledger, tmp_path: Path) -> None:
    add(ledger, tmp_path, "1.csv", on=1, newest=1, consents=[fact("1", updated=1, state="given")])
    add(ledger, tmp_path, "2.csv", on=2, newest=9, consents=[fact("1", updated=2, state="withdrawn")])
    taken = add(ledger, tmp_path, "3.csv", on=3, newest=5, consents=[fact("1", updated=3, state="given")])
    assert taken.changed == 1
    taken = add(ledger, tmp_path, "4.csv", on=4, newest=20, consents=[fact("1", updated=2, state="withdrawn")])
    assert taken.known == 1
    assert [row["state"] for row in held(ledger, "consents", newest=True)] == ["given"]


def test_of_rows_that_repeat_a_fact_in_one_file_the_one_changed_last_counts_or_else_the_last(
    ledger: Ledger, tmp_path: Path
) -> None:
    taken = add(
        ledger,
        tmp_path,
        "monday.csv",
        on=1,
        orders=[
            fact("1", updated=5, status="new"),
            fact("1", updated=3, status="old"),
            fact("1", status="undated"),
            fact("2", status="first"),
            fact("2", status="last"),
        ],
    )
    assert taken.per_table == {"orders": (2, 0, 3)}
    assert {(row["source_id"], row["status"]) for row in held(ledger, "orders")} == {
        ("1", "new"),
        ("2", "last"),
    }
    assert held(ledger, "sightings") == []


def test_two_shops_with_the_same_order_numbers_never_collide(ledger: Ledger, tmp_path: Path) -> None:
    add(ledger, tmp_path, "north.csv", on=1, account="north", orders=[fact("1", shop="north", status="paid")])
    taken = add(ledger, tmp_path, "south.csv", on=2, account="south", orders=[fact("1", shop="south", status="x")])
    assert taken.new == 1
    assert {row["version"] for row in held(ledger, "orders")} == {1}


def test_one_import_may_bring_rows_of_several_tables(ledger: Ledger, tmp_path: Path) -> None:
    taken = add(ledger, tmp_path, "all.csv", on=1, orders=[ALICE, BOB], records=[fact("c1", name="Ada")], returns=[])
    assert taken.per_table == {"orders": (2, 0, 0), "records": (1, 0, 0), "returns": (0, 0, 0)}
    with ledger.state() as state:
        assert set(state.versions) == {"orders", "records", "files"}


def test_every_type_of_column_comes_back_as_it_went_in(ledger: Ledger, tmp_path: Path) -> None:
    for each in TABLES:
        schema = each.arrow_schema()
        add_tables(ledger, tmp_path, f"{each.name}.csv", {each.name: [fact(each.name)]}, on=1)
        with ledger.state() as state:
            assert (state.schema(each.name).names, state.schema(each.name).types) == (schema.names, schema.types)
            (file,) = state.files(each.name)
            assert pq.read_schema(file).types == schema.types


# Taking back


def test_an_import_taken_back_leaves_no_trace_not_even_a_byte(ledger: Ledger, tmp_path: Path) -> None:
    add(ledger, tmp_path, "stays.csv", on=1, messages=[fact("1", text="I stay here")])
    with ledger.state() as state:
        kept = state.files("messages")
    gone = add(
        ledger,
        tmp_path,
        "Gertrud_Geheim.csv",
        on=2,
        messages=[fact("2", text="Gertrudmessage"), fact("1", text="Gertrudversion")],
        records=[fact("77001177", name="Gertrud Geheim", external_ids=["shop:Gertrud"])],
    )
    ledger.compact()
    assert bytes_with(ledger.folder, "Gertrud")
    removed = ledger.remove(gone.file_id)
    assert (removed.name, removed.deleted, removed.kept, removed.swept) == ("Gertrud_Geheim.csv", 3, 0, True)
    for trace in ("Gertrud", "77001177", sha("Gertrud_Geheim.csv"), fact("77001177")["fact_id"]):
        assert bytes_with(ledger.folder, trace) == [], trace
    assert [row["text"] for row in held(ledger, "messages")] == ["I stay here"]
    assert held(ledger, "records") == []
    assert ledger.imports()["name"].to_pylist() == ["stays.csv"]
    assert kept
    assert ledger.check() == []


def test_what_a_later_import_had_too_stays_and_becomes_its_own(ledger: Ledger, tmp_path: Path) -> None:
    first = add(ledger, tmp_path, "monday.csv", on=1, orders=[ALICE, BOB])
    second = add(ledger, tmp_path, "tuesday.csv", on=2, orders=[BOB, CAROL])
    add(ledger, tmp_path, "friday.csv", on=5, orders=[BOB])
    removed = ledger.remove(first.file_id)
    assert removed.per_table == {"orders": (1, 1)}
    rows = {row["source_id"]: (row["file_id"], row["known_at"]) for row in held(ledger, "orders")}
    assert rows == {id_: (second.file_id, day(2).replace(tzinfo=None)) for id_ in ("2", "3")}


def test_a_row_passes_from_import_to_import_as_each_is_taken_back(ledger: Ledger, tmp_path: Path) -> None:
    taken = [add(ledger, tmp_path, f"{on}.csv", on=on, orders=[ALICE]).file_id for on in range(4)]
    for removed, heir in itertools.pairwise(taken):
        assert ledger.remove(removed).kept == 1
        assert [row["file_id"] for row in held(ledger, "orders")] == [heir]
    assert ledger.remove(taken[-1]).deleted == 1
    assert everything(ledger) == {}


def test_after_a_file_is_taken_back_its_bytes_can_be_added_again(ledger: Ledger, tmp_path: Path) -> None:
    first = add(ledger, tmp_path, "monday.csv", on=1, orders=[ALICE])
    before = everything(ledger)
    ledger.remove(first.file_id)
    add(ledger, tmp_path, "monday.csv", on=1, orders=[ALICE])
    assert everything(ledger) == before


def test_taking_back_what_was_never_added_names_the_nearest_import(ledger: Ledger, tmp_path: Path) -> None:
    taken = add(ledger, tmp_path, "monday.csv", on=1, orders=[ALICE])
    before = everything(ledger)
    with pytest.raises(LedgerError, match=f'did you mean "{taken.file_id}"'):
        ledger.remove(taken.file_id[:-1] + "x")
    assert everything(ledger) == before
    assert ledger.check() == []


# Pinned states, small files, damage


def test_a_reader_that_is_pinned_sees_the_old_whole_state_during_and_after_an_append(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(ledger, tmp_path, "monday.csv", on=1, orders=[ALICE], records=[fact("c1", name="Ada")])
    before = everything(ledger)
    seen = []
    swap = ledger._store.swap

    def look_then_swap(*args: object) -> None:
        seen.append(everything(ledger))
        swap(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(ledger._store, "swap", look_then_swap)
    with ledger.state() as pinned:
        add(ledger, tmp_path, "tuesday.csv", on=2, orders=[BOB, BOB_REFUNDED], records=[fact("c2")])
        assert {name: rows_of(pinned.files(name), name) for name in before} == before
    assert seen == [before]
    assert len(held(ledger, "orders")) == 2


def test_taking_back_while_somebody_reads_hides_the_rows_now_and_cleans_up_when_they_are_done(
    tmp_path: Path,
) -> None:
    ledger = Ledger(tmp_path / "facts", wait=0.1)
    add(ledger, tmp_path, "stays.csv", on=1, records=[fact("1", name="Ada")])
    gone = add(ledger, tmp_path, "gone.csv", on=2, records=[fact("2", name="Gertrud")])
    with ledger.state() as pinned:
        assert not ledger.remove(gone.file_id).swept
        assert len(rows_of(pinned.files("records"), "records")) == 2
        assert len(held(ledger, "records")) == 1
    assert any("still on disk" in problem for problem in ledger.check())
    assert bytes_with(ledger.folder, "Gertrud")
    add(ledger, tmp_path, "later.csv", on=3, records=[fact("3")])
    assert not bytes_with(ledger.folder, "Gertrud")
    assert ledger.check() == []


def test_many_small_imports_are_merged_into_few_files(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "_COMPACT_ABOVE_FILES", 4)
    monkeypatch.setattr(ledger_module, "_SWEEP_ABOVE_LOG_ENTRIES", 6)
    for at in range(12):
        add(ledger, tmp_path, f"{at}.csv", on=at, orders=[fact(str(at)), ALICE])
        with ledger.state() as state:
            assert all(len(state.files(name)) <= 4 for name in state.versions)
    assert len(held(ledger, "orders")) == 12
    assert len(list((ledger.folder / "orders").glob("*.parquet"))) <= 4
    assert len(list((ledger.folder / "orders" / "_delta_log").glob("*.json"))) <= 6
    assert ledger.check() == []


def test_personal_values_do_not_stand_in_the_log(ledger: Ledger, tmp_path: Path) -> None:
    words = "Gertrud Geheim"
    for at in range(3):
        row = fact(f"{words} {at}", name=words, email=words, street=words, external_ids=[words], extra=words)
        add(ledger, tmp_path, f"{words} {at}", on=at, records=[row])
    ledger.compact()
    found = bytes_with(ledger.folder, "Gertrud")
    assert found
    assert not [path for path in found if "_delta_log" in path.parts]
    assert not [path for path in found if path.parent == ledger.folder]


def test_no_statistics_are_kept_of_columns_that_can_name_a_person(ledger: Ledger, tmp_path: Path) -> None:
    for each in TABLES:
        add_tables(ledger, tmp_path, each.name, {each.name: [fact("1")]}, on=1)
    for name, each in LEDGER_TABLES.items():
        personal = {column.name for column in each.all_columns if column.personal}
        for entry in (ledger.folder / name).glob("_delta_log/*.json"):
            stats = [line for line in entry.read_text().splitlines() if '"stats"' in line]
            assert stats
            assert not [column for column in personal for line in stats if f'\\"{column}\\"' in line]


def test_check_names_a_data_file_that_is_missing_or_cut(ledger: Ledger, tmp_path: Path) -> None:
    add(ledger, tmp_path, "monday.csv", on=1, orders=[ALICE], records=[fact("c1")])
    with ledger.state() as state:
        (orders,), (records,) = state.files("orders"), state.files("records")
    Path(orders).unlink()
    Path(records).write_bytes(b"PAR1")
    first, second = sorted(ledger.check())
    assert f"{orders}: missing" in first
    assert f"{records}: 4 bytes long" in second


def test_check_names_rows_of_an_import_that_is_not_listed(ledger: Ledger, tmp_path: Path) -> None:
    taken = add(ledger, tmp_path, "monday.csv", on=1, orders=[ALICE])
    store = ledger._store
    committed = store.load()
    version = store.delete("files", taken.file_id, committed.versions["files"])
    store.swap(type(committed)(committed.commit, {**committed.versions, "files": version}))
    (problem,) = ledger.check()
    assert taken.file_id in problem


def test_a_committed_file_that_cannot_be_read_is_an_error_that_says_which(ledger: Ledger, tmp_path: Path) -> None:
    add(ledger, tmp_path, "monday.csv", on=1, orders=[ALICE])
    (ledger.folder / "COMMITTED").write_text("oops")
    with pytest.raises(LedgerError, match="COMMITTED"):
        ledger.state()
    with pytest.raises(LedgerError, match="COMMITTED"):
        add(ledger, tmp_path, "tuesday.csv", on=2, orders=[BOB])


# Wrong use


def test_a_staged_file_with_a_column_too_many_is_refused_and_nothing_is_added(ledger: Ledger, tmp_path: Path) -> None:
    path = stage(tmp_path, "records", [fact("1", name="Ada")])
    what = Import("x.csv", "0" * 64, "shopify_orders", "shopify", "main", 1, 0)
    with pytest.raises(LedgerError, match="columns too many: birth_date"):
        ledger.append(what, {"orders": path}, at=day(1))
    with pytest.raises(LedgerError, match='did you mean "orders"'):
        ledger.append(what, {"order": path}, at=day(1))
    with pytest.raises(LedgerError, match="no such table"):
        ledger.append(what, {"files": path}, at=day(1))
    assert everything(ledger) == {}


def test_a_staged_row_without_an_id_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="1 rows without a fact_id"):
        add(ledger, tmp_path, "x.csv", on=1, orders=[{**ALICE, "fact_id": None}])


def test_columns_that_a_reader_does_not_give_are_null(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "few.parquet"
    pq.write_table(pq.read_table(stage(tmp_path, "orders", [ALICE])).select(["fact_id", "row_hash"]), path)
    what = Import("x.csv", "0" * 64, "shopify_orders", "shopify", "main", 1, 0)
    assert ledger.append(what, {"orders": path}, at=day(1)).new == 1
    (row,) = held(ledger, "orders")
    assert (row["fact_id"], row["employee"], row["version"]) == (ALICE["fact_id"], None, 1)


def test_a_table_that_is_older_than_a_column_gains_it_and_its_old_rows_are_null_there(
    ledger: Ledger, tmp_path: Path
) -> None:
    first = add(ledger, tmp_path, "monday.csv", on=1, orders=[ALICE, BOB])
    _forget_column(ledger, "orders", "employee")
    with ledger.state() as state:
        assert "employee" not in state.schema("orders").names
    second = add(ledger, tmp_path, "tuesday.csv", on=2, orders=[ALICE, {**CAROL, "employee": "Käthe"}])
    assert {row["source_id"]: row["employee"] for row in held(ledger, "orders")} == {
        "1": None,
        "2": None,
        "3": "Käthe",
    }
    assert ledger.remove(first.file_id).per_table == {"orders": (1, 1)}
    assert ledger.remove(second.file_id).deleted == 2


def _forget_column(ledger: Ledger, name: str, column: str) -> None:
    """Make the table what an older byname would have left."""
    with ledger.state() as state:
        rows = pa.concat_tables(pq.read_table(file) for file in state.files(name)).drop_columns([column])
    shutil.rmtree(ledger.folder / name)
    committed = ledger._store.load()
    ledger._store.append(name, rows.to_reader(), None)
    ledger._store.swap(Committed(committed.commit + 1, {**committed.versions, name: 0}))


@pytest.mark.parametrize("name", ["a[b]", "a%20b", "a|b", "a^b"])
def test_a_folder_whose_name_the_table_format_cannot_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(LedgerError, match="Rename that folder"):
        Ledger(tmp_path / name / "facts")


@pytest.mark.parametrize("name", ["Käse & Söhne's", "a b", "100% #1", "a*b?", "$x{y}"])
def test_a_folder_may_have_any_other_name(tmp_path: Path, name: str) -> None:
    ledger = Ledger(tmp_path / name / "facts")
    add(ledger, tmp_path, "monday.csv", on=1, orders=[ALICE, BOB])
    taken = add(ledger, tmp_path, "tuesday.csv", on=2, orders=[BOB_REFUNDED])
    ledger.remove(taken.file_id)
    assert len(held(ledger, "orders")) == 2
