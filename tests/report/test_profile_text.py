"""The words of a profile: the important first, aligned, within the width, and no value of anybody."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from crm_clean.report.plain import cut, fitted, shown, width_of, wrapped
from crm_clean.report.profile_text import remarks, screen
from crm_clean.report.profile_words import GRAVE, remark
from crm_clean.report.profiled import Column, FileProfile, Note, TableProfile, Unread
from crm_clean.report.quality import Quality

QUALITY = Quality(0.9, 0.8, 1.0, None, 0.5)
EMAIL = Column("E-Mail", "email", 90, 0.9, 88, "a@a.a", 0.95)
EMPTY = Column("Fax", "phone_2", 0, 0.0, 0, "")
ODD = Column("Kontakt 2", "", 50, 0.5, 40, "a@a.a", None, (Note("looks_like", 50, "email_2"),))
TABLE = TableProfile(
    source_file="kunden.csv",
    kind="CSV",
    encoding="cp1252",
    delimiter=";",
    n_rows=100,
    n_judged=100,
    profile="guessed",
    columns=(EMAIL, ODD, EMPTY),
    quality=QUALITY,
    draft='# a draft\nname = "kunden"\n',
)


def told(*tables: TableProfile, width: int = 100, path: str = "kunden.csv", **options: object) -> str:
    given = {"mapping": {}, "default_region": None, "likely_region": None, **options}
    return screen(FileProfile(path, tables or (TABLE,), QUALITY, given), width)


def test_the_first_line_says_how_much_and_how_clean() -> None:
    table = replace(TABLE, unread=(Unread("row.too_few_fields", 2, (7, 9)),))
    assert told(table).splitlines()[0] == "kunden.csv: 100 rows, 2 more set aside, 3 columns, 80% clean"


def test_it_is_headline_then_what_stands_out_then_columns_then_what_to_do() -> None:
    titles = ["kunden.csv:", "  complete", "What stands out", "    column", "What to do next"]
    blocks = told().split("\n\n")
    assert [block.startswith(title) for block, title in zip(blocks, titles, strict=True)] == [True] * 5


def test_a_dimension_of_which_the_data_says_nothing_is_left_out() -> None:
    assert "consistent" not in told()
    assert "timely" in told()


@pytest.mark.parametrize("width", [10, 80, 96, 120])
def test_no_line_but_a_command_is_wider_than_it_may_be(width: int) -> None:
    long = replace(ODD, name="客户电话号码 " * 12, notes=(Note("same_as", 50, "Straße " * 40), Note("nameless")))
    table = replace(TABLE, source_file="very long " * 20, columns=(EMAIL, long, EMPTY))
    wide = max(80, min(width, 100))
    lines = [line for line in told(table, width=width).splitlines() if "crm-clean " not in line]
    assert max(map(width_of, lines[1:])) <= wide


def test_columns_are_aligned_whatever_their_names_are_made_of() -> None:
    names = ["E-Mail", "客户电话号码", "e\u0301te\u0301", "a name that is far too long for the table"]
    table = replace(TABLE, columns=tuple(replace(EMAIL, name=name) for name in names))
    block = next(block for block in told(table).split("\n\n") if "taken for" in block)
    ends = {width_of(line[: line.index("a@a.a")]) for line in block.splitlines()[1:]}
    assert len(ends) == 1


def test_a_file_of_which_no_row_could_be_read_is_told_without_figures() -> None:
    empty = tuple(replace(column, n_filled=0, share_filled=0.0) for column in TABLE.columns)
    unread = (Unread("row.too_few_fields", 3, (2, 3, 4)),)
    said = told(replace(TABLE, n_rows=0, n_judged=0, columns=empty, unread=unread))
    assert said.splitlines()[0] == "kunden.csv: 0 rows, 3 more set aside, 3 columns"
    assert "Row with too few cells (lines 2, 3, 4)" in said
    assert "empty throughout" not in said
    assert "crm-clean dedupe" not in said


def test_an_empty_column_is_named_once_and_not_tabled() -> None:
    assert told().count("Fax") == 1
    assert "empty throughout: Fax" in told()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        pytest.param({}, "No export we know", id="a guess"),
        pytest.param({"profile": "x", "title": "X contacts"}, "Recognised: X contacts (profile x)", id="a profile"),
        pytest.param({"holds_contacts": False}, "say which is with --map COLUMN=field", id="no contacts"),
        pytest.param({}, "CSV with semicolons, in Windows-1252 (a guess", id="an encoding that was guessed"),
        pytest.param(
            {"encoding": "utf-8", "delimiter": "\t"}, "CSV with tabs, in UTF-8\n", id="an encoding that is sure"
        ),
        pytest.param(
            {"unread": (Unread("row.unclosed_quote", 5, (7, 9, 11)),)},
            "5  Quote that does not close (lines 7, 9, 11, ...)",
            id="rows set aside",
        ),
        pytest.param(
            {"n_rows": 300_000, "n_judged": 200_000},
            "Judged by its first 200,000 rows; all 300,000 were read.",
            id="a large file",
        ),
    ],
)
def test_what_the_file_is(table: dict[str, object], said: str) -> None:
    assert said in told(replace(TABLE, **table))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("column", "said"),
    [
        pytest.param(EMAIL, [], id="a sound column"),
        pytest.param(replace(EMAIL, share_usable=0.5), ["45 of 90 are no e-mail address"], id="many are of no use"),
        pytest.param(
            replace(EMAIL, share_usable=0.5, notes=(Note("placeholder", 45),)),
            ["45 of 90 stand for nothing, such as N/A or Test"],
            id="of no use for a reason that is told anyway",
        ),
        pytest.param(replace(EMAIL, n_filled=900, notes=(Note("placeholder", 2),)), [], id="a few placeholders"),
        pytest.param(
            replace(EMAIL, notes=(Note("spellings", 7, "3"),)), ["7 spellings of 3 values"], id="spellings of several"
        ),
        pytest.param(
            replace(EMAIL, notes=(Note("spellings", 3, "1"),)), ["3 spellings of 1 value"], id="spellings of one"
        ),
        pytest.param(replace(EMAIL, notes=(Note("constant", 90), Note("labels", 0, "x"))), [], id="what is harmless"),
    ],
)
def test_what_stands_out_is_said_in_plain_words(column: Column, said: list[str]) -> None:
    assert remarks(column) == said


@pytest.mark.parametrize("code", GRAVE)
def test_every_remark_has_words_of_its_own(code: str) -> None:
    assert remark(Note(code, 3, "email_2"), EMAIL) != code.replace("_", " ")


@pytest.mark.parametrize(
    ("options", "findings", "commands"),
    [
        pytest.param(
            {},
            [],
            [
                "crm-clean profile kunden.csv --map 'Kontakt 2=email_2'",
                "crm-clean dedupe kunden.csv --out cleaned --map 'Kontakt 2=email_2'",
                "crm-clean profile kunden.csv --out profiles/kunden.toml",
            ],
            id="a column to map",
        ),
        pytest.param(
            {"mapping": {"Kontakt 2": "email_2"}, "default_region": "DE"},
            [],
            [
                "crm-clean dedupe kunden.csv --out cleaned --map 'Kontakt 2=email_2' --default-region DE",
                "crm-clean profile kunden.csv --map 'Kontakt 2=email_2' --default-region DE --out profiles/kunden.toml",
            ],
            id="what was told is told again",
        ),
        pytest.param(
            {"likely_region": "FR"},
            [("phone", "phone.unreadable", 9)],
            ["crm-clean dedupe kunden.csv --out cleaned --default-region FR"],
            id="phones that cannot be read, and addresses in one country",
        ),
        pytest.param(
            {},
            [("phone", "phone.unreadable", 9)],
            ["crm-clean dedupe kunden.csv --out cleaned --default-region CC"],
            id="phones that cannot be read",
        ),
        pytest.param({"likely_region": "FR"}, [], ["crm-clean dedupe kunden.csv --out cleaned"], id="sound phones"),
    ],
)
def test_what_to_do_next_can_be_copied(
    options: dict[str, object], findings: list[tuple[str, str, int]], commands: list[str]
) -> None:
    issues = pd.DataFrame(findings, columns=["field", "code", "n"])
    columns = TABLE.columns if "likely_region" not in options and not findings else (EMAIL,)
    table = replace(TABLE, findings=issues, columns=(*columns, replace(EMAIL, name="Tel", field="phone")))
    lines = [line.strip() for line in told(table, **options).splitlines() if line.strip().startswith("crm-clean ")]
    assert lines[: len(commands)] == commands


def test_several_tables_are_told_one_a_line_with_what_is_wrong_with_each() -> None:
    tables = (
        replace(TABLE, source_file="all.zip/a.csv", profile="hubspot_contacts", title="HubSpot contacts"),
        replace(TABLE, source_file="all.zip/b.csv"),
        TableProfile("all.zip/c.csv", "CSV", n_rows=3, holds_contacts=False),
        TableProfile("all.zip/d.csv", "CSV", trouble="the file is empty; export it again."),
    )
    lines = told(*tables, path="in/all.zip").splitlines()
    assert lines[0] == "in/all.zip: 4 tables, 203 rows, 80% clean"
    assert [line.split()[0] for line in lines[1:5]] == ["a.csv", "b.csv", "c.csv", "d.csv"]
    assert [line.split("  ")[-1].strip() for line in lines[1:5]] == [
        "HubSpot contacts",
        "columns are guessed",
        "holds no contacts",
        "cannot be read",
    ]
    assert "  d.csv: the file is empty; export it again." in lines
    assert "What stands out in b.csv" in lines


def test_drafts_are_those_of_the_kinds_that_no_profile_knows() -> None:
    known = replace(TABLE, source_file="a.csv", profile="hubspot_contacts", draft="A")
    one, other = replace(TABLE, draft="B"), replace(TABLE, source_file="c.csv", columns=(EMAIL,), draft="C")
    again = replace(TABLE, source_file="d.csv", draft="D")
    profile = FileProfile("all.zip", (known, one, other, again), QUALITY)
    assert profile.drafts == {"kunden.csv": "B", "c.csv": "C"}
    assert FileProfile("all.zip", (known,), QUALITY).draft == "A"
    assert FileProfile("all.zip", (replace(known, draft=""),), QUALITY).draft == ""
    assert "No profile knows 2 kinds of these tables" in told(known, one, other, again, path="all.zip")


def test_markup_in_a_name_is_text_in_a_notebook() -> None:
    table = replace(TABLE, columns=(replace(EMAIL, name="<img src=x onerror=alert(1)>"),))
    html = FileProfile("<b>.csv", (table,), QUALITY)._repr_html_()
    assert "<img" not in html
    assert "&lt;img src=x" in html


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        pytest.param("\x1b[31mName\x1b[0m", "[U+001B][31mName[U+001B][0m", id="no colours"),
        pytest.param("a\r\nb\tc", "a b c", id="one line"),
        pytest.param("\u202egpj.exe", "[U+202E]gpj.exe", id="nothing turned round"),
        pytest.param("a\u200bb\u00ad", "a[U+200B]b[U+00AD]", id="nothing without width"),
        pytest.param("a\u3164b\u2800", "a[U+3164]b[U+2800]", id="no letter that is a blank"),
        pytest.param("e" + "\u0301" * 10_000, "e" + "\u0301" * 8 + "…", id="no heap of marks"),
        pytest.param("\ud800", "[U+D800]", id="nothing that cannot be written"),
        pytest.param("n" * 300, "n" * 199 + "…", id="not endless"),
        pytest.param("Straße Ελλάδα नमस्ते 电话 😀", "Straße Ελλάδα नमस्ते 电话 😀", id="letters of any script"),
        pytest.param("  ", "(no name)", id="nothing at all"),
    ],
)
def test_a_name_cannot_steer_the_terminal(name: str, seen: str) -> None:
    assert shown(name) == seen


@pytest.mark.parametrize(
    ("text", "width", "out"),
    [
        pytest.param("Email", 8, "Email   ", id="padded"),
        pytest.param("Additional email addresses", 12, "Additio…sses", id="cut in the middle"),
        pytest.param("电话", 6, "电话  ", id="wide characters count twice"),
        pytest.param("电话号码电话号码", 7, "电话…码", id="wide characters are not cut in two"),
    ],
)
def test_a_text_is_fitted_to_its_room(text: str, width: int, out: str) -> None:
    assert fitted(text, width) == out
    assert width_of(out) == width


def test_a_text_is_cut_or_wrapped_within_its_width() -> None:
    assert cut("abcdef", 4) == "abc…"
    assert wrapped("one two three four five six seven eight", 36, indent="  ab  ")[1].startswith("      ")
