"""What is told of one golden record: the links that hold it together, the one to doubt first on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from crm_clean.review.account import Explanation, clauses, command
from crm_clean.review.case import Link
from crm_clean.review.lines import MOST_LINES, Section, fit
from crm_clean.review.values import Pair

MOST_TOLD = 4  # links that are told one by one


@dataclass(frozen=True)
class Group:
    """A golden record: its id, whose it is in words, and the handles of its records."""

    golden_id: str
    whose: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Held:
    """A link with the evidence for it: levels as in the table `pairs`, and the values they are about."""

    link: Link
    levels: str
    values: Mapping[str, Pair]


def tell(group: Group, held: Sequence[Held], *, rest: Sequence[Link] = (), notes: Sequence[str] = ()) -> Explanation:
    """The links of a golden record of several records, weakest first; `rest` are the stronger ones, only counted."""
    head = f"{group.golden_id} is {group.whose}; its links, the weakest first:"
    first = held[0].link
    ending = command("If one is wrong:", "different", first.left, first.right)
    for n_told in range(len(held), 0, -1):
        left_out = [*(one.link for one in held[n_told:]), *rest]
        counted = [Section(f"... and {len(left_out)} more, {_strength(left_out)}.")] if left_out else []
        sections = [*map(Section, notes), Section(head), *map(_line, held[:n_told]), *counted, ending]
        if sum(len(section.lines()) for section in sections) <= MOST_LINES:
            break
    found = [one.link.probability for one in held if not one.link.ruling]
    return Explanation(
        kind="golden",
        lines=fit(sections),
        left_golden_id=group.golden_id,
        probability=min(found, default=1.0),
    )


def tell_alone(group: Group, near: Held | None, *, notes: Sequence[str] = ()) -> Explanation:
    """A golden record of one record; `near` is the pair that came nearest to making it two."""
    head = f"{group.golden_id} is {group.whose}: {group.members[0]}."
    sections = [*(Section(note) for note in notes), Section(head)]
    if near is None:
        sections.append(Section("It stands alone: no other record came near enough to be asked about."))
    else:
        sections += [Section("Nearest to it, and not enough:"), _line(near)]
        ends = (near.link.left, near.link.right)
        sections.append(command("To see more:", "explain", *ends))
    return Explanation("alone", fit(sections), left_golden_id=group.golden_id)


def _line(held: Held) -> Section:
    """A link on one line: who, how sure, and as much of the evidence for it as fits."""
    link = held.link
    lead = f"{link.left} ={link.strength}= {link.right}:"
    if link.ruling:
        return Section(f"{lead} {link.ruling}.")
    told = tuple(one for one in clauses(held.levels, held.values) if one.bits > 0)
    section = Section(lead, told).in_one_line()
    return section if len(section.lines()) == 1 else replace(section, dropped=())


def _strength(links: Sequence[Link]) -> str:
    found = [link for link in links if not link.ruling]
    weakest = min(found, key=lambda link: link.probability, default=None)
    return f"at {weakest.strength} or more" if weakest else "said by people or exports"
