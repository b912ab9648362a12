"""A draft is a profile: it is read back, recognises its file, and stages it as the guess did."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from crm_clean.sources.draft import draft
from crm_clean.sources.intake import take
from crm_clean.sources.locate import find, read
from crm_clean.sources.plan import GUESSED
from crm_clean.sources.profile import Profile, available, load
from crm_clean.sources.recognise import recognise
from crm_clean.sources.spec import SourcesSpec

NOW = pd.Timestamp("2026-01-02", tz="UTC").to_pydatetime()
TABLES = {
    "german headers": (
        "Kundennr;Anrede;Vorname;Nachname;E-Mail;Mobil;Telefon geschäftlich;Straße;Hausnummer;PLZ;Ort\n"
        "1;Frau;Ida;Muster;ida@example.org;0170 5550101;030 5550102;Hauptstr.;5;10115;Berlin\n"
        "2;Herr;Ole;Beispiel;ole@example.org;0170 5550103;;Ring;7;20095;Hamburg\n"
    ),
    "american headers": (
        "Name,Email,Email 2,Phone,Mobile,Street,City,State,Zip,Country,Tags,Favourite colour\n"
        "Ann Lee,ann@example.com,a@example.org,(415) 555-0101,415-555-0102,1 Main St,Springfield,IL,62701,US,a;b,red\n"
        "Bob Roe,bob@example.com,,(415) 555-0103,,2 Main St,Springfield,IL,62701,US,c,\n"
    ),
    "home and work addresses": (
        "First Name,Last Name,Home Street,Home City,Work Street,Work City,Home Phone,Work Phone,DOB\n"
        "Ann,Lee,1 Main St,Springfield,9 High St,Shelbyville,(415) 555-0101,(415) 555-0102,1980-03-12\n"
        "Bob,Roe,2 Main St,Springfield,,,,(415) 555-0104,1981-04-13\n"
    ),
    "columns known by their values alone": "wer,erreichbar\nIda Muster,ida@example.org\nOle Beispiel,ole@example.org\n",
    "quotes, backslashes and brackets in headers": (
        '"Name ""full""",E-Mail\\Work,"Phone [main], {office}"\n'
        "Ann Lee,ann@example.com,(415) 555-0101\nBob Roe,bob@example.com,(415) 555-0102\n"
    ),
    "a house number before its street": (
        "Nom,Prénom,Numéro de rue,Rue,Code postal,Ville,Courriel\n"
        "Dupont,Léa,12,rue des Lilas,75001,Paris,lea@example.org\nMartin,Luc,3,rue Haute,69001,Lyon,luc@example.org\n"
    ),
}

Drafts = Callable[..., tuple[Path, str]]


@pytest.fixture
def drafted(tmp_path: Path) -> Drafts:
    """A file of the given content, and its draft: `drafted(text, name=, spec=)`."""

    def run(text: str, *, name: str = "people.csv", spec: SourcesSpec | None = None) -> tuple[Path, str]:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path, draft_of(path, spec or SourcesSpec())

    return run


def draft_of(path: Path, spec: SourcesSpec) -> str:
    location = find([path])[0]
    grid = read(location, spec)
    plan = recognise(grid, source_file=location.source_file, spec=spec)
    known = next((p for p in available(None) if p.name == plan.profile), None)
    return draft(grid, plan, source_file=location.source_file, known=known, default_region=spec.default_region)


def saved(text: str, tmp_path: Path) -> Path:
    folder = tmp_path / "profiles"
    folder.mkdir(exist_ok=True)
    (folder / "mine.toml").write_text(text, encoding="utf-8")
    return folder


def staged(path: Path, spec: SourcesSpec) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    """The profile that took `path`, its records and its points, without what the name of the source decides."""
    taken = next(iter(take([path], spec=spec, taken_at=NOW)))
    rows = taken.staged_records.set_index("record_id")["source_row"]
    records = taken.staged_records.drop(columns=["record_id", "source"])
    points = taken.staged_points.assign(row=taken.staged_points["record_id"].map(rows)).drop(columns="record_id")
    return str(taken.files["profile"].iloc[0]), records, points


@pytest.mark.parametrize("text", [pytest.param(text, id=title) for title, text in TABLES.items()])
def test_a_table_staged_by_its_draft_gives_the_records_the_guess_gave(
    text: str, drafted: Drafts, tmp_path: Path
) -> None:
    path, toml = drafted(text)
    by_guess, by_draft = (staged(path, SourcesSpec(profiles=own)) for own in (None, saved(toml, tmp_path)))
    assert by_guess[0] == GUESSED
    assert by_draft[0] == load(tmp_path / "profiles/mine.toml").name
    pd.testing.assert_frame_equal(by_guess[1], by_draft[1])
    pd.testing.assert_frame_equal(by_guess[2], by_draft[2])


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("hubspot-crm-exports-all-contacts-2026-10-01.csv", id="hubspot"),
        pytest.param("pipedrive-people.xlsx", id="pipedrive, which reads one column three times"),
        pytest.param("salesforce/Contact.csv", id="salesforce"),
    ],
)
def test_the_draft_of_a_known_export_stages_it_as_the_built_in_profile_does(
    name: str, root: Path, tmp_path: Path
) -> None:
    path = root / "data/samples" / name
    own = saved(draft_of(path, SourcesSpec()), tmp_path)
    by_ours, by_draft = (staged(path, SourcesSpec(profiles=folder)) for folder in (None, own))
    assert by_draft[0] == f"{by_ours[0]}_own"
    pd.testing.assert_frame_equal(by_ours[1], by_draft[1])
    pd.testing.assert_frame_equal(by_ours[2], by_draft[2])


def test_a_known_export_keeps_its_source_so_that_ids_stay(root: Path) -> None:
    toml = tomllib.loads(draft_of(root / "data/samples/pipedrive-people.xlsx", SourcesSpec()))
    assert toml["source"] == "pipedrive"


def test_what_the_name_of_a_file_says_is_kept(root: Path) -> None:
    rules = tomllib.loads(draft_of(root / "data/samples/mailchimp-audience.zip", SourcesSpec()))["from_file_name"]
    assert {"email_opt_out": "true", "consent_status": "unsubscribed"} in [rule["set"] for rule in rules]


def test_cells_that_surely_say_nothing_become_nulls_and_a_name_does_not(drafted: Drafts, tmp_path: Path) -> None:
    rows = "Ann,N/A,a@example.com\nBob,Null,b@example.com\nCy,Roe,#N/A\n"
    path, toml = drafted(f"First Name,Last Name,Email\n{rows}")
    assert tomllib.loads(toml)["nulls"] == ["#N/A", "N/A"]
    _, records, points = staged(path, SourcesSpec(profiles=saved(toml, tmp_path)))
    assert records["last_name_raw"].fillna("-").tolist() == ["-", "Null", "Roe"]
    assert points["raw"].tolist() == ["a@example.com", "b@example.com"]


def test_the_region_that_was_told_is_kept_and_one_that_was_not_is_asked_for(drafted: Drafts) -> None:
    text = TABLES["american headers"]
    assert tomllib.loads(drafted(text, spec=SourcesSpec(default_region="US"))[1])["default_region"] == "US"
    untold = drafted(text)[1]
    assert "default_region" not in tomllib.loads(untold)
    assert "# default_region" in untold


def test_columns_that_the_user_mapped_are_mapped_in_the_draft(drafted: Drafts) -> None:
    spec = SourcesSpec(mapping={"Favourite colour": "text:colour", "Tags": "lists"})
    columns = tomllib.loads(drafted(TABLES["american headers"], spec=spec)[1])["columns"]
    assert {"to": "text:colour", "named": ["Favourite colour"]} in columns
    assert {"to": "lists", "named": ["Tags"]} in columns


def test_a_draft_does_not_take_the_exports_of_a_crm_that_has_the_same_columns(drafted: Drafts, root: Path) -> None:
    _, toml = drafted("First Name,Last Name,Email,Phone Number\nAnn,Lee,ann@example.com,(415) 555-0101\n")
    profile = Profile.model_validate(tomllib.loads(toml))
    hubspot = root / "data/samples/hubspot-crm-exports-all-contacts-2026-10-01.csv"
    assert profile.fits(["First Name", "Last Name", "Email", "Phone Number"])
    assert not profile.fits(hubspot.read_text(encoding="utf-8").splitlines()[0].split(","))


def test_a_second_column_of_the_same_name_is_told_of(drafted: Drafts) -> None:
    _, toml = drafted("Email,Name,Email\na@example.com,Ann,b@example.com\nc@example.com,Bob,d@example.com\n")
    assert "A second column is called Email" in toml
    assert [entry["to"] for entry in tomllib.loads(toml)["columns"]] == ["email", "full_name"]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        pytest.param("Kunden 2026-10-01.csv", "kunden", id="the date is left out"),
        pytest.param("Müller & Söhne.csv", "muller_sohne", id="accents are taken off"),
        pytest.param("2026.csv", "contacts", id="nothing but figures"),
        pytest.param("vcard.csv", "vcard_own", id="the name of a built-in profile is left to it"),
        pytest.param("客户.csv", "contacts", id="no letter that a name may have"),
    ],
)
def test_the_name_of_a_profile_comes_from_the_file(file: str, name: str, drafted: Drafts) -> None:
    assert tomllib.loads(drafted(TABLES["german headers"], name=file)[1])["name"] == name


def test_a_table_of_which_nothing_is_known_has_no_draft(drafted: Drafts) -> None:
    assert drafted("sku,price\na1,3\n")[1] == ""


def test_no_value_stands_in_a_draft(drafted: Drafts) -> None:
    frame = pd.read_csv(io.StringIO(TABLES["american headers"]), dtype=str).fillna("")
    toml = drafted(TABLES["american headers"])[1]
    values = {value for column in frame for value in frame[column] if len(value) > 3}
    assert not [value for value in values if value in toml]
