"""Contacts as marketing and sales keep them: several records a person, typed at different times by different hands.

Assumes: a home in four holds a family (one surname, one street, often one phone; wives and husbands, children, at times
a son with his father's name); seven in ten work for a company with its own domain, an `info@` mailbox and a
switchboard; people move and change jobs between two records; a cell may be empty, mistyped, a nickname, an initial,
first and last name swapped, or what people type to be left in peace. Phones are spelt in many ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import words
from .dice import Dice, Weighted
from .names import Names, mailable

COLUMNS = ("first_name", "last_name", "email", "phone", "company", "street", "city", "postcode", "birth_date")
NOBODYS_MAIL = ("test@test.com", "noemail@none.com", "n/a", "none@none.com")
NOBODYS_PHONE = ("0000000000", "1234567890", "9999999999", "5555555555")
COPIES = Weighted([1, 2, 3, 4, 5], flat=-0.35, steep=1.45)
FAMILIES = 0.04  # of all homes
TOWNS, POSTCODES_A_TOWN = 150, 8

PHONE_FORMS = (
    *("({0}) {1}-{2}", "{0}-{1}-{2}", "{0}.{1}.{2}", "{0}{1}{2}"),
    *("+1 {0} {1} {2}", "+1{0}{1}{2}", "1-{0}-{1}-{2}", "{0} {1} {2}"),
)


@dataclass(frozen=True)
class Home:
    """Where a household lives; `phone` is its landline."""

    street: str
    city: str
    postcode: str
    phone: str


@dataclass(frozen=True)
class Job:
    """A company as its staff see it; `email` is this person's own address there."""

    company: str
    domain: str
    switchboard: str
    email: str


@dataclass(frozen=True)
class Person:
    """All that is true of one person over time: the last home, job and phone are today's."""

    first: str
    last: str
    suffix: str
    born: str
    homes: tuple[Home, ...]
    jobs: tuple[Job, ...]
    phones: tuple[str, ...]
    emails: tuple[str, ...]


class World:
    """Towns, companies and the families that live in them."""

    def __init__(self, dice: Dice, *, rows: int, dialable: bool = True) -> None:
        self.dice, self.names, self.dialable = dice, Names(dice), dialable
        self.places = [
            (town, f"{dice.randrange(1000, 99999):05}")
            for town in [self.names.town() for _ in range(TOWNS)]
            for _ in range(POSTCODES_A_TOWN)
        ]
        found = {mailable(name): name for name in (self.names.company() for _ in range(rows // 30 + 20))}
        self.companies = Weighted([(name, f"{domain}.com", self.phone()) for domain, name in found.items()], flat=80)
        self.taken: set[str] = set()

    def phone(self) -> str:
        """Ten digits, of those that a numbering plan takes or of any."""
        dice = self.dice
        if not self.dialable:
            return f"{dice.randrange(10**9, 10**10)}"
        return f"{dice.one(words.AREAS)}{dice.randrange(220, 999)}{dice.randrange(10000):04}"

    def home(self) -> Home:
        town, postcode = self.dice.one(self.places)
        return Home(self.names.street(), town, postcode, self.phone())

    def family(self) -> list[Person]:
        """The people of one home: one, or a couple or parent with children."""
        dice, home, last = self.dice, self.home(), self.names.last()
        if not dice.chance(FAMILIES):
            return [self.person(home, last, woman=dice.chance(0.5), years=(1940, 2004))]
        parents = [dice.chance(0.5)] if dice.chance(0.2) else [False, True]
        grown = [
            self.person(home, self.names.last() if dice.chance(0.12) else last, woman=woman, years=(1945, 1975))
            for woman in parents
        ]
        wanted = dice.randrange(1, 3) if len(parents) == 1 or dice.chance(0.2) else 0
        children = [self.child(home, grown[0], last) for _ in range(wanted)]
        return grown + children

    def child(self, home: Home, parent: Person, last: str) -> Person:
        """A grown child in the parents' home, at times named as the father is."""
        woman = self.dice.chance(0.5)
        if not woman and not parent.suffix and parent.first in words.MEN and self.dice.chance(0.08):
            return self.person(home, last, woman=False, years=(1976, 2005), named=parent.first, suffix="Jr")
        return self.person(home, last, woman=woman, years=(1976, 2005))

    def person(
        self, home: Home, last: str, *, woman: bool, years: tuple[int, int], named: str = "", suffix: str = ""
    ) -> Person:
        dice = self.dice
        first = named or self.names.first(woman=woman)
        homes = (self.home(), home) if dice.chance(0.10) else (home,)
        jobs = tuple(self.job(first, last) for _ in range(2 if dice.chance(0.12) else 1)) if dice.chance(0.7) else ()
        own = home.phone if dice.chance(0.2) else self.phone()
        phones = (self.phone(), own) if dice.chance(0.06) else (own,)
        emails = tuple(self.mailbox(first, last) for _ in range(2 if dice.chance(0.12) else 1))
        born = self.names.born(since=years[0], until=years[1])
        return Person(first, last, suffix, born, homes, jobs, phones, emails)

    def job(self, first: str, last: str) -> Job:
        company, domain, switchboard = self.dice.common(self.companies)
        given, family = mailable(first), mailable(last)
        user = f"{given}.{family}" if len(domain) % 3 else f"{given[0]}{family}"  # one habit a company
        return Job(company, domain, switchboard, self._free(user, domain))

    def mailbox(self, first: str, last: str) -> str:
        dice, given, family = self.dice, mailable(first), mailable(last)
        forms = (
            f"{given}.{family}", f"{given}{family}", f"{given[0]}{family}", f"{given}_{family}", f"{family}{given[0]}",
            f"{given}{dice.randrange(1, 99)}", f"{given}{family}{dice.randrange(50, 99)}",
        )  # fmt: skip
        return self._free(dice.one(forms), dice.one(words.WEBMAIL))

    def _free(self, user: str, domain: str) -> str:
        """An address that nobody has: with a number where the plain one is gone."""
        address = f"{user}@{domain}"
        while address in self.taken:
            address = f"{user}{self.dice.randrange(2, 9999)}@{domain}"
        self.taken.add(address)
        return address


class Clerk:
    """Writes down what somebody says of himself: some of it, one way of several, with slips."""

    def __init__(self, dice: Dice, world: World, *, birth_dates: float) -> None:
        self.dice, self.world, self.birth_dates = dice, world, birth_dates

    def record(self, person: Person) -> tuple[str, ...]:
        dice = self.dice
        old = dice.chance(0.35)  # what was true before the last change, where there was one
        home, phone = (person.homes[0], person.phones[0]) if old else (person.homes[-1], person.phones[-1])
        job = None if not person.jobs else person.jobs[0] if old else person.jobs[-1]
        street, city, postcode = self.address(home)
        cells = (
            *self.name(person),
            self.email(person, job),
            self.phone(job, own=phone, home=home),
            "" if job is None or dice.chance(0.3) else self.company(job.company),
            street,
            city,
            postcode,
            person.born if dice.chance(self.birth_dates) else "",
        )
        return self.cased(cells)

    def name(self, person: Person) -> tuple[str, str]:
        dice, first, last = self.dice, person.first, person.last
        how = dice.random()
        if how < 0.10:
            first = self.world.names.nickname(first)
        elif how < 0.12:
            first = f"{first[0]}." if dice.chance(0.5) else first[0]
        elif how < 0.135:
            first = ""
        elif how < 0.155:
            first = f"{first} {dice.one('ABCDEGHJKLMPRST')}."
        first = dice.slip(first) if dice.chance(0.05) else first
        last = dice.slip(last) if dice.chance(0.05) else last
        if person.suffix and dice.chance(0.6):
            last = f"{last} {person.suffix}{dice.one(('', '.'))}"
        return (last, first) if first and dice.chance(0.01) else (first, last)

    def email(self, person: Person, job: Job | None) -> str:
        dice = self.dice
        how = dice.random()
        if how < 0.17:
            return ""
        if how < 0.185:
            return dice.one(NOBODYS_MAIL)
        if job is not None and how < 0.225:
            return f"{dice.one(words.ROLES) if dice.chance(0.3) else 'info'}@{job.domain}"
        at_work = job is not None and dice.chance(0.25)
        address = job.email if job is not None and at_work else dice.one(person.emails)
        return dice.slip(address) if dice.chance(0.03) else address

    def phone(self, job: Job | None, *, own: str, home: Home) -> str:
        dice = self.dice
        how = dice.random()
        if how < 0.23:
            return ""
        if how < 0.245:
            return dice.one(NOBODYS_PHONE)
        number = own
        if how < 0.31 and job is not None:
            number = job.switchboard
        elif how < 0.37:
            number = home.phone
        number = dice.digit_slip(number) if dice.chance(0.02) else number
        return dice.one(PHONE_FORMS).format(number[:3], number[3:6], number[6:])

    def company(self, name: str) -> str:
        dice = self.dice
        legal = dice.one(words.LEGAL) if dice.chance(0.4) else ""
        name = dice.slip(name) if dice.chance(0.03) else name
        return f"{name}{dice.one((' ', ', '))}{legal}" if legal else name

    def address(self, home: Home) -> tuple[str, str, str]:
        """Street, city and postcode, each there or not; the two that tell most go together."""
        dice = self.dice
        street, city, postcode = home.street, home.city, home.postcode
        if dice.chance(0.6):
            kind = street.rpartition(" ")[2]
            street = f"{street.removesuffix(kind)}{words.STREET_KINDS[kind]}{dice.one(('', '.'))}"
        street = dice.slip(street) if dice.chance(0.05) else street
        postcode = dice.digit_slip(postcode) if dice.chance(0.01) else postcode
        if dice.chance(0.3):
            street, postcode = "", postcode if dice.chance(0.2) else ""
        return street, "" if dice.chance(0.2) else city, postcode

    def cased(self, cells: tuple[str, ...]) -> tuple[str, ...]:
        dice = self.dice
        how = dice.random()
        if how < 0.06:
            return tuple(cell.upper() for cell in cells)
        if how < 0.16:
            return tuple(cell.lower() for cell in cells)
        return tuple(f" {cell}" if cell and dice.chance(0.01) else cell for cell in cells)


def rows(n: int, *, seed: int, birth_dates: float = 0.05, dialable: bool = True) -> Iterator[tuple[str, ...]]:
    """`n` records in no order, each with its person's number last.

    `birth_dates` is the share that have one. Phones are numbers of a plan unless they need not be `dialable`.
    """
    dice = Dice(f"contacts {seed}")
    world = World(dice, rows=n, dialable=dialable)
    clerk = Clerk(dice, world, birth_dates=birth_dates)
    made: list[tuple[str, ...]] = []
    people = 0
    while len(made) < n:
        for person in world.family():
            people += 1
            made += [(*clerk.record(person), f"p{people}") for _ in range(dice.common(COPIES))]
    del made[n:]
    dice.shuffle(made)
    yield from made
