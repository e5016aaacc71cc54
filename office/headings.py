"""Which field a column of a table means, by its heading in the spellings of other programs."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

from models.errors import Refused
from models.kinds import KINDS

Columns = dict[str, str]
"""Heading → field; empty where the column is not used."""

# Words are as `spelt` makes them. The first of a field that a table has is taken.
_CONTACT = {
    "name": "name fullname displayname contact contactname person ansprechpartner ansprechpartnerin kontakt"
    " kontaktname kontaktperson vollstaendigername anzeigename",
    "first_name": "firstname givenname forename vorname",
    "last_name": "lastname familyname surname nachname familienname zuname",
    "client": "client clientid company organization organisation organizationname organization1name account customer"
    " firma kunde unternehmen betrieb firmenname kundenname",
    "role": "role jobtitle title position function funktion rolle titel stelle berufsbezeichnung abteilung department"
    " organization1title organizationtitle",
    "phone": "phone telephone tel businessphone workphone phonenumber officephone phone1value telefon telefonnummer"
    " telefongeschaeftlich festnetz telnr primaryphone",
    "mobile": "mobile mobilephone cell cellphone handy mobil mobiltelefon mobilnummer mobiltelefonnummer handynummer",
    "email": "email emailaddress mail mailaddress email1value emailadresse mailadresse emailgeschaeftlich primaryemail",
    "decides": "decides decisionmaker entscheider entscheidet",
    "can_sign": "cansign signatory zeichnungsberechtigt unterschriftsberechtigt",
    "channel": "preferredchannel channel bevorzugterkanal kanal",
    "time_zone": "timezone zeitzone tz",
    "notes": "notes note comment comments remarks notizen notiz bemerkung bemerkungen kommentar anmerkung",
    "source": "id uid contactid",
}
_TASK = {
    "name": "name taskname task activity subject title summary todo aufgabe aufgabenname vorgang vorgangsname"
    " bezeichnung titel taetigkeit betreff was",
    "source": "uniqueid eindeutigenr eindeutigenummer uid id taskid nr no number nummer sourceuid"
    " uidintheimportedfile",
    "level": "outlinelevel level gliederungsebene ebene",
    "wbs": "wbs wbscode outlinenumber pspcode psp gliederungsnummer",
    "duration": "duration dur dauer estimate effort durationdays days dauertage tage",
    "start": "start startdate begin starttime beginn anfang startdatum anfangstermin von from",
    "finish": "finish finishdate end enddate ende enddatum endtermin fertigstellen bis to",
    "deadline": "deadline due duedate dueby faellig faelligkeit faelligam stichtag termin zieltermin frist",
    "status": "status state zustand stand",
    "percent_complete": "percentcomplete complete progress percent percentdone done fortschritt percentabgeschlossen"
    " prozentabgeschlossen erledigt",
    "who": "who resourcenames resources resource assignedto assignee owner responsible wer ressourcennamen ressourcen"
    " ressource zustaendig verantwortlich verantwortlicher verantwortung bearbeiter zugewiesenan",
    "priority": "priority prio prioritaet",
    "milestone": "milestone meilenstein",
    "side": "doneby side seite",
    "notes": "notes note comment comments remarks notizen notiz bemerkung bemerkungen kommentar anmerkung",
}
SPELLINGS = {"contact": _CONTACT, "task": _TASK}
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "%": "percent"})


def spelt(heading: str) -> str:
    """A heading without what spellings differ in: “E-Mail-Adresse” is emailadresse."""
    return re.sub(r"[\W_]", "", heading.casefold().translate(_LETTERS))


def known(kind: str) -> frozenset[str]:
    """Every heading that means something, as `spelt` makes it."""
    return frozenset(_meanings(kind))


def guess(kind: str, heads: Sequence[str]) -> Columns:
    """The columns of a table by their headings alone; no field twice."""
    meanings = _meanings(kind)
    ranked = sorted(
        ((*meanings[spelt(head)], at) for at, head in enumerate(heads) if spelt(head) in meanings),
        key=lambda found: found[1:],
    )
    columns = dict.fromkeys(heads, "")
    for field, _, at in ranked:
        if field not in columns.values():
            columns[heads[at]] = field
    return {head: field for head, field in columns.items() if head}


def said(kind: str, heads: Sequence[str], words: Iterable[str]) -> Columns:
    """What `Heading=field` words say. Raises Refused with the headings, or with the fields."""
    by_spelling = {spelt(head): head for head in heads}
    columns: Columns = {}
    for word in words:
        heading, _, field = (part.strip() for part in word.rpartition("="))
        if spelt(heading) not in by_spelling:
            raise Refused(f"There is no column “{heading}”. There are: {', '.join(filter(None, heads))}.")
        columns[by_spelling[spelt(heading)]] = _field(kind, field)
    return columns


def combined(guessed: Columns, *stronger: Mapping[str, str]) -> Columns:
    """The later ones win; a field that they give to one column is taken from another."""
    columns = dict(guessed)
    for more in stronger:
        for heading, field in more.items():
            columns.update({other: "" for other, had in columns.items() if had == field})
            columns[heading] = field
    return columns


def check(kind: str, columns: Columns, heads: Sequence[str], how: str = "") -> None:
    """Raises Refused where no column is the name, with how to say which: `how` stands before `Heading=name`."""
    if not {"name", "first_name", "last_name"} & set(columns.values()):
        shown = ", ".join(filter(None, heads))
        raise Refused(
            f'No column is the name of the {kind}. The headings are: {shown}. Say which: {how}"{heads[0]}=name"'
        )


def signature(kind: str, heads: Iterable[str]) -> str:
    """The same for tables with the same headings, in whatever order."""
    words = "\n".join(sorted(filter(None, map(spelt, heads))))
    return f"columns {kind} {hashlib.sha256(words.encode()).hexdigest()[:16]}"


def _meanings(kind: str) -> dict[str, tuple[str, int]]:
    """Spelling → field and how good a sign it is, best first."""
    found: dict[str, tuple[str, int]] = {}
    for field, words in SPELLINGS[kind].items():
        own = KINDS[kind].fields.get(field)
        for rank, word in enumerate([*words.split(), spelt(field), *([spelt(own.label)] if own else [])]):
            found.setdefault(word, (field, rank))
    return found


def _field(kind: str, word: str) -> str:
    by_spelling = {spelt(field): field for field in SPELLINGS[kind]}
    if word and spelt(word) not in by_spelling:
        raise Refused(f"There is no field “{word}” to map to. There are: {', '.join(SPELLINGS[kind])}.")
    return by_spelling.get(spelt(word), "")
