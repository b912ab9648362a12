"""The files: what they are called, that an import finds its records, and that every change can be undone."""

import csv
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crm_clean import files
from crm_clean.publish.plan import Given, plan
from crm_clean.publish.spec import PublishSpec
from crm_clean.publish.write import write

Make = Callable[..., Given]
Rec = Callable[..., dict[str, Any]]
KEY = {"hubspot": "Record ID", "salesforce": "Id", "pipedrive": "Pipedrive System ID - Person",
       "mailchimp": "Email Address"}  # fmt: skip


def mail(value: str, **more: Any) -> dict[str, Any]:
    return {"kind": "email", "value": value, "raw": value, **more}


@pytest.fixture
def run(given: Make, rec: Rec) -> Callable[..., Given]:
    """Two people in four systems."""
    records = [
        rec("hubspot_contacts", "11", "G", raw={"First Name": "ROSA", "Last Name": "Ode, née \"Lim\"", "City": "X\nY"},
            first_name="Rosa", last_name="Ode", points=[mail("a@example.com", opt_out=True)]),
        rec("hubspot_contacts", "12", "G", first_name="Rosa"),
        rec("hubspot_contacts", "13", "H", raw={"First Name": "Zoë"}, first_name="Zoë", job_title=None),
        rec("salesforce_contacts", "003A", "G", raw={"FirstName": "R", "DoNotCall": "0"}, first_name="R"),
        rec("pipedrive_people", "5", "H", raw={"Person - Name": "zoë"}, full_name="Zoë"),
        rec("mailchimp_members", "88", "G", raw={"Email Address": "A@example.com"}, points=[mail("a@example.com")]),
        rec("mailchimp_members", "89", "G", raw={"Email Address": "b@example.com"}, points=[mail("b@example.com")]),
    ]  # fmt: skip
    golden = [
        {"golden_id": "G", "first_name": "Rosa", "last_name": "Ode", "do_not_call": True, "email_opt_out": True,
         "points": [mail("a@example.com", opt_out=True)]},
        {"golden_id": "H", "first_name": "Zoë", "full_name": "Zoë Ode", "job_title": "=1+1",
         "points": [{"kind": "phone", "value": "+4930555010", "label": "work"}]},
    ]  # fmt: skip

    def shuffled(seed: int | None = None) -> Given:
        made = given(records, golden)
        if seed is None:
            return made
        mixed = {
            name: getattr(made, name)
            .sample(frac=1, random_state=random.Random(seed).randrange(2**31))
            .reset_index(drop=True)
            for name in ("records", "contact_points", "raw_rows", "membership", "golden", "survivors")
        }
        return Given(**{**made.__dict__, **mixed})

    return shuffled


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def written(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_files_of_a_run(run: Callable[..., Given], tmp_path: Path) -> None:
    paths = write(plan(run(), spec=PublishSpec()), tmp_path, run=3)
    assert (
        sorted(str(path.relative_to(tmp_path)) for path in paths)
        == sorted(written(tmp_path))
        == [
            "common/id_map.csv",
            "common/undo.csv",
            "hubspot/1_update_survivors.csv",
            "hubspot/2_merge_plan.csv",
            "hubspot/5_suppress.csv",
            "hubspot/README.txt",
            "hubspot/refused.csv",
            "mailchimp/1_update_survivors.csv",
            "mailchimp/3_delete_or_archive.csv",
            "mailchimp/5_suppress.csv",
            "mailchimp/README.txt",
            "pipedrive/1_update_survivors.csv",
            "pipedrive/2_merge_plan.csv",
            "pipedrive/5_suppress.csv",
            "pipedrive/README.txt",
            "salesforce/1_update_survivors.csv",
            "salesforce/2_merge_plan.csv",
            "salesforce/5_suppress.csv",
            "salesforce/README.txt",
        ]
    )


@pytest.mark.parametrize(
    ("name", "header"),
    [
        pytest.param("hubspot/2_merge_plan.csv", "golden_id,system,object,survivor_id,duplicate_id,step,confidence,"
                     "reason,survivor_label,duplicate_label", id="merges"),
        pytest.param("mailchimp/3_delete_or_archive.csv", "Email Address,reason,survivor_id", id="what to put away"),
        pytest.param("hubspot/5_suppress.csv", "email,channel,status,since,source_system,source_record", id="opt-outs"),
        pytest.param("common/id_map.csv",
                     "golden_id,system,object,source_record_id,role,first_seen,last_seen", id="ids"),
        pytest.param("common/undo.csv", "system,object,record_id,column,old_value,new_value,rule,run_id", id="undo"),
    ],
)  # fmt: skip
def test_headers(run: Callable[..., Given], tmp_path: Path, name: str, header: str) -> None:
    write(plan(run(), spec=PublishSpec()), tmp_path, run=3)
    assert (tmp_path / name).read_text(encoding="utf-8").splitlines()[0] == header


def test_every_change_finds_its_record_and_its_way_back(run: Callable[..., Given], tmp_path: Path) -> None:
    made = run()
    write(plan(made, spec=PublishSpec()), tmp_path, run=3)
    header = {f: list(h) for f, h in zip(made.files["file_id"], made.files["header"], strict=True)}
    file_of = dict(zip(made.files["source"], made.files["file_id"], strict=True))
    exported = {(row.file_id, tuple(row.cells)) for row in made.raw_rows.itertuples()}
    undo = {(r["system"], r["record_id"], r["column"]): r for r in read(tmp_path / "common/undo.csv")}
    undone = set()
    for system, key in KEY.items():
        names = header[file_of[system]]
        cells = {row[_key_at(names, system)]: row for file, row in exported if file == file_of[system]}
        for update in read(tmp_path / system / "1_update_survivors.csv"):
            row = cells[update.pop(key)]
            native = row[_id_at(names)]
            for column, new in update.items():
                if new:
                    back = undo[(system, native, column)]
                    assert (back["old_value"], back["new_value"], back["run_id"]) == (
                        row[names.index(column)],
                        new,
                        "3",
                    )
                    undone.add((system, native, column))
    assert undone == set(undo)
    assert undone


def _key_at(names: list[str], system: str) -> int:
    return names.index("Email Address") if system == "mailchimp" else _id_at(names)


def _id_at(names: list[str]) -> int:
    return next(at for at, name in enumerate(names) if name in ("Record ID", "Id", "Person - ID", "LEID"))


def test_the_order_of_rows_means_nothing(run: Callable[..., Given], tmp_path: Path) -> None:
    write(plan(run(), spec=PublishSpec()), tmp_path / "a", run=3)
    for seed in range(4):
        write(plan(run(seed), spec=PublishSpec()), tmp_path / str(seed), run=3)
        assert written(tmp_path / str(seed)) == written(tmp_path / "a")


def test_numbers_and_texts_are_raw(run: Callable[..., Given], tmp_path: Path) -> None:
    write(plan(run(), spec=PublishSpec()), tmp_path, run=3)
    assert b",+4930555010" in (tmp_path / "hubspot/1_update_survivors.csv").read_bytes()
    assert (tmp_path / "salesforce/1_update_survivors.csv").read_bytes().startswith(b'"Id",')
    assert not any(b"=1+1" in content for name, content in written(tmp_path).items() if "refused" not in name)
    assert "=1+1" in (tmp_path / "hubspot/refused.csv").read_text(encoding="utf-8")


def test_ids_keep_the_run_they_were_first_seen_in(run: Callable[..., Given], tmp_path: Path) -> None:
    write(plan(run(), spec=PublishSpec()), tmp_path, run=3, first_seen=pd.Series({"hubspot:11": 1}))
    seen = {
        (r["system"], r["source_record_id"]): (r["first_seen"], r["last_seen"])
        for r in read(tmp_path / "common/id_map.csv")
    }
    assert seen[("hubspot", "11")] == ("1", "3")
    assert seen[("hubspot", "12")] == ("3", "3")


def test_the_readme_puts_first_things_first(run: Callable[..., Given], tmp_path: Path) -> None:
    write(plan(run(), spec=PublishSpec()), tmp_path, run=3)
    for system in KEY:
        text = (tmp_path / system / "README.txt").read_text(encoding="utf-8")
        steps = text[text.index("in this order") :]
        assert steps.index("5_suppress.csv") < steps.index("1_update_survivors.csv")
        assert all(
            (tmp_path / system / name).name in text for name in written(tmp_path / system) if name != "README.txt"
        )


def test_a_system_we_have_no_target_for_gets_what_it_can_use(given: Make, rec: Rec, tmp_path: Path) -> None:
    records = [rec("zoho_contacts", "1", "G"), rec("zoho_contacts", "2", "G")]
    write(plan(given(records, [{"golden_id": "G"}]), spec=PublishSpec()), tmp_path, run=1)
    assert sorted(written(tmp_path / "zoho")) == ["2_merge_plan.csv", "5_suppress.csv", "README.txt"]
    assert read(tmp_path / "zoho/2_merge_plan.csv")[0]["duplicate_id"] == "2"


def test_a_file_is_whole_or_not_there(
    run: Callable[..., Given], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(_source: Path, _target: Path) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(files, "rename", full_disk)
    with pytest.raises(OSError, match="no space left"):
        write(plan(run(), spec=PublishSpec()), tmp_path, run=3)
    assert not written(tmp_path)
