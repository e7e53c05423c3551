"""The report in a real browser without network: it draws, it fits, everybody can read it, and no name can do harm."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest

from byname.report import report, words
from byname.report.page import _json, _script
from byname.snapshot import TABLES
from tests import report_case
from tests.chromium import launched

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

    from byname.snapshot import Snapshot

VENDOR = Path(__file__).parents[1] / "src" / "byname" / "report" / "vendor"
CHARTS = (
    "best", "concentration", "change", "models", "coverage", "calibration", "standing", "flows", "problems", "waiting",
)  # fmt: skip
HOSTILE = (
    "</script><img src=x onerror=window.harm=1>",
    "<script>window.harm=2</script>",
    '"><svg onload=window.harm=3>',
    "{{ 7 * 7 }} ${window.harm=4}",
    "<!--<script>",
    "javascript:window.harm=5//",
    "\u2028\u2029 & &lt;b&gt;",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's Chromium."""
    with launched() as opened:
        yield opened


class Opened:
    """A page with what it said and asked for."""

    def __init__(self, browser: Browser, path: Path, width: int) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 800})
        self.context.set_offline(True)
        self.asked: list[str] = []
        self.said: list[str] = []
        self.context.route("**/*", self._asked)
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append("a dialog"), dialog.dismiss()))
        self.page.goto(path.as_uri())

    def _asked(self, route: Route) -> None:
        if route.request.url.startswith("file://"):
            route.continue_()
        else:
            self.asked.append(route.request.url)
            route.abort()

    def drawn(self) -> None:
        for name in CHARTS:
            self.page.wait_for_selector(f"#chart-{name} svg .mark-symbol, #chart-{name} svg .mark-rect")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


def rows_of(names: tuple[str, ...] = report_case.NAMES) -> dict[str, report_case.Rows]:
    """Every table that the report shows, standing and voice too."""
    rows = report_case.tables(names)
    ids = [row["person_id"] for row in rows["people"]]
    states = ("neutral", "dissatisfied", "actively_dissatisfied", "loyal", "advocate", "unknown")
    plain = dict.fromkeys(TABLES["standing"], 0.2) | {"speaks": "silent", "feels": "content", "does_recommend": False}
    quote = json.dumps([{"fact_id": "f", "on": "2026-11-01", "words": f"the grinder jams, says {names[0]}"}])
    told = dict.fromkeys(TABLES["problems"], 1.0) | {"direction": "rising", "quotes": quote, "says": "", "words": ""}
    waits = dict.fromkeys(TABLES["waiting"]) | {"occurred_at": datetime(2026, 11, 1), "kind": "complaint"}  # noqa: DTZ001
    return rows | {
        "standing": [
            plain | {"person_id": one, "standing": states[place % 6], "would_recommend": place % 3 == 0}
            for place, one in enumerate(ids)
        ],
        "flows": [
            {"day": report_case.AS_OF, "from_standing": one, "to_standing": other, "people": 9.4, "share": 0.1,
             "low": 0.06, "high": 0.15, "counted": 0.2}
            for one, other in (("neutral", "neutral"), ("loyal", "neutral"), ("neutral", "actively_dissatisfied"))
        ],
        "moves": [
            {"person_id": one, "day": report_case.AS_OF, "from_standing": "loyal", "to_standing": "dissatisfied",
             "probability": 0.8, "says": f"after: a late parcel of {names[0]}", "fact_id": "f"}
            for one in ids[:3]
        ],
        "alarms": [
            {"person_id": ids[1], "since": report_case.AS_OF, "kind": "fell", "says": "was loyal, now dissatisfied",
             "fact_id": "f", "worth": 90.0}
        ],
        "voice": [
            dict.fromkeys(TABLES["voice"])
            | {"fact_id": "w1", "person_id": ids[0], "occurred_at": datetime(2026, 11, 1), "medium": "ticket",  # noqa: DTZ001
               "negative": 0.8, "neutral": 0.1, "positive": 0.1, "calibrated": True, "sensitive": False, "model": "m"}
        ],
        "problems": [told | {"problem": f"grinder {place}", "people": 40 - place, "messages": 50} for place in range(12)],
        "waiting": [waits | {"fact_id": "w1", "person_id": ids[0], "waited_days": 21, "worth": 80.0, "words": names[0]}],
    }  # fmt: skip


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    return report_case.written(tmp_path / "snapshot", rows_of())


@pytest.mark.parametrize("width", [1100, 360])
def test_every_chart_is_drawn_without_network_and_nothing_scrolls_sideways(
    browser: Browser, snapshot: Snapshot, tmp_path: Path, width: int
) -> None:
    path = report(snapshot, tmp_path / "report.html")
    with Opened(browser, path, width) as opened:
        opened.drawn()
        assert (opened.said, opened.asked) == ([], [])
        assert opened.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        for name in CHARTS:
            place = opened.page.locator(f"#chart-{name}")
            inside = place.evaluate("e => e.querySelector('svg').getBoundingClientRect().width <= e.clientWidth + 1")
            assert inside, name
            assert place.locator("xpath=following::table").count() > 0
        tables = opened.page.locator(".table")
        for place in range(tables.count()):
            wide = tables.nth(place).evaluate("e => e.scrollWidth - e.clientWidth")
            assert wide <= 0, tables.nth(place).get_attribute("aria-label")


@pytest.mark.parametrize("rows", ["all", "none", "hostile"])
def test_axe_finds_nothing_that_keeps_anybody_out(browser: Browser, tmp_path: Path, rows: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    made = {"all": rows_of(), "none": {}, "hostile": rows_of(HOSTILE)}[rows]
    path = report(report_case.written(tmp_path / "snapshot", made), tmp_path / "report.html")
    with Opened(browser, path, 360) as opened:
        if made:
            opened.drawn()
        found = Axe().run(opened.page)
        assert found.violations_count == 0, found.generate_report()


def test_hostile_names_do_nothing(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_of(HOSTILE)
    rows["traits"] = [{**row, "value": HOSTILE[0], "sure": True} for row in rows["traits"]]
    rows["run"] = [{**row, "says": HOSTILE[0]} for row in rows["run"]]
    rows["sales"] = [{**row, "kind": HOSTILE[0], "name": HOSTILE[1]} for row in rows["sales"]]
    rows["backtest"] = [{**row, "candidate": f"{row['candidate']} {HOSTILE[2]}"} for row in rows["backtest"]]
    monkeypatch.setitem(report_case.TERMS, "company", HOSTILE[0])
    path = report(report_case.written(tmp_path / "snapshot", rows), tmp_path / "report.html")
    with Opened(browser, path, 360) as opened:
        opened.drawn()
        page = opened.page
        marks = page.locator("#chart-best svg .mark-symbol path")
        for place in range(len(HOSTILE)):
            marks.nth(place).hover(force=True)
        assert page.locator("#vg-tooltip-element").inner_html()
        assert page.evaluate("window.harm") is None
        assert (opened.said, opened.asked) == ([], [])
        assert page.locator("img, body svg[onload]").count() == 0
        assert page.locator("script").count() == 5  # the data, Vega, Vega-Lite, Vega-Embed, ours
        names = page.locator(".name").all_text_contents()[: len(HOSTILE)]
        assert [" ".join(name.split()) for name in names] == [" ".join(name.split()) for name in HOSTILE]
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_policy_runs_nothing_that_is_not_ours(browser: Browser, snapshot: Snapshot, tmp_path: Path) -> None:
    """Even if something got into the page, it would not run, and could ask nobody."""
    path = report(snapshot, tmp_path / "report.html")
    page = path.read_text("utf-8")
    injected = (
        "<script>window.harm=1</script><img src=x onerror=window.harm=2>"
        '<script src="https://example.com/harm.js"></script><style>body{display:none}</style>'
    )
    bad = tmp_path / "bad.html"
    bad.write_text(page.replace("<footer>", injected + "<footer>"), "utf-8")
    with Opened(browser, bad, 1100) as opened:
        opened.drawn()
        assert opened.page.evaluate("window.harm") is None
        assert opened.page.evaluate("getComputedStyle(document.body).display") == "block"
        assert opened.asked == []
        assert sum("Content Security Policy" in text for text in opened.said) >= 3
    assert "'unsafe" not in page.partition("</head>")[0]


def test_on_paper_every_chart_stays_inside_the_page(browser: Browser, snapshot: Snapshot, tmp_path: Path) -> None:
    with Opened(browser, report(snapshot, tmp_path / "report.html"), 1100) as opened:
        opened.drawn()
        opened.page.set_viewport_size({"width": 690, "height": 900})
        opened.page.emulate_media(media="print")
        assert opened.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert not opened.page.locator("nav").is_visible()
        assert opened.page.pdf(format="A4").startswith(b"%PDF")


def test_the_words_are_there_without_scripts(browser: Browser, snapshot: Snapshot, tmp_path: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report(snapshot, tmp_path / "report.html").as_uri())
    text = page.inner_text("body")
    context.close()
    assert "Rosa Haddad" in text
    assert "buys every 200 days" in text
    assert "orders in USD: 41 orders without a rate" in text
    assert "Finnish" not in text  # it may be chance
    assert "0 kept out" not in text
    assert "Of the first 40 foretold on 22 November 2025, 31 were among the real first 40" in text
    assert "Espresso 14" in text
    assert "Espresso 15" not in text  # the first fifteen
    assert "1,999" not in text  # a month
    assert "after: " not in text
    assert "a late parcel of Rosa Haddad" in text  # S1.9: who moved, after what
    assert "was loyal, now dissatisfied" in text
    assert "people did within a year, unasked and on record" in text
    assert "“the grinder jams, says Rosa Haddad”" in text  # S0.27: in their own words
    assert "grinder 10" not in text  # the first ten


def test_numbers_are_said_plainly() -> None:
    assert [words.signed(one) for one in (12.4, -0.2, -1234.0, 0, None)] == ["+12", "0", "\u22121,234", "0", "unknown"]
    assert [words.chance(one) for one in (1, 0.9999, 0.5, 0.001, 0, None)] == [
        "100%", ">99%", "50%", "<1%", "0%", "unknown",
    ]  # fmt: skip
    assert words.between("unknown", "unknown") == ""
    assert words.figure(-0.001) == "0.00"


def test_what_the_tests_call_the_columns_is_what_the_snapshot_calls_them() -> None:
    for name, columns in report_case.LATER.items():
        assert name not in TABLES or set(columns) <= set(TABLES[name]), name


def test_a_part_without_rows_says_what_to_do_next(tmp_path: Path) -> None:
    path = report(report_case.written(tmp_path / "snapshot", {}), tmp_path / "report.html")
    page = path.read_text("utf-8")
    assert [*dict.fromkeys(re.findall(r"<code>(.*?)</code>", page))] == [
        "byname add DIR FILE",
        "byname refresh DIR",
        "byname backtest DIR",
    ]
    assert "<script" not in page
    assert "script-src &#39;none&#39;" in page


def test_a_snapshot_from_before_these_tables_has_a_report_too(
    snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in report_case.LATER:
        (snapshot.folder / f"{name}.parquet").unlink()
    report_case.without(monkeypatch, *report_case.LATER)
    page = report(snapshot, tmp_path / "report.html").read_text("utf-8")
    assert "Rosa Haddad" in page
    assert "byname backtest DIR" in page


def test_made_twice_it_is_the_same_and_nothing_is_left_beside_it(snapshot: Snapshot, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    one = report(snapshot, folder / "report.html").read_bytes()
    assert report(snapshot, folder / "report.html").read_bytes() == one
    assert [path.name for path in folder.iterdir()] == ["report.html"]


def test_the_scripts_of_others_are_those_that_the_table_names() -> None:
    table = (VENDOR / "README.md").read_text("utf-8")
    for path in VENDOR.glob("*.js"):
        data = path.read_bytes()
        (row,) = [line for line in table.splitlines() if line.startswith(f"| `{path.name}`")]
        assert hashlib.sha256(data).hexdigest() in row
        assert (b"<!--" in data, b"<script" in data) == (False, False)  # these cannot be escaped in a script
    page = _script(("vendor", "vega.min.js"))
    assert "</script" not in page
    assert 'version="6.4.0"' in page


def test_json_in_a_page_has_no_sign_that_ends_it() -> None:
    assert _json({"a": "</script>&\u2028é"}) == '{"a":"\\u003c/script\\u003e\\u0026\\u2028\\u00e9"}'
