"""Members: who, or what, work can be given to on our side."""

from models.errors import Invalid
from models.record import Named, Record, attribute, register, visibility


@register("Member", "Members", listed=("name", "initials", "role", "email", "type"))
class Member(Named, Record, table=True):
    """A colleague, a crew, or a material or cost item of an imported plan. A login is the server's matter."""

    visibility: str = visibility("client")
    name: str = attribute("text", "Name", required=True)
    initials: str | None = attribute("text", "Initials")
    role: str | None = attribute("text", "Role", help="project manager, application engineer …")
    email: str | None = attribute("text", "E-mail")
    phone: str | None = attribute("text", "Phone")
    type: str = attribute("choice", "Type", default="work", choices=("work", "material", "cost"))
    max_units: float | None = attribute("number", "Maximum units", low=0, help="1 = full time")
    calendar_id: str | None = attribute("ref", "Calendar", refers="calendar")
    generic: int | None = attribute("flag", "Generic", help="a role to be filled, not a person")
    inactive: int | None = attribute("flag", "Inactive")
    notes: str | None = attribute("note", "Notes")
    source_uid: int | None = attribute("integer", "UID in the imported file")

    def rules(self) -> None:
        check_email(self.email)


def check_email(text: str | None) -> None:
    """Raises Invalid for what cannot be an address; nothing finer, mail servers decide the rest."""
    if text and ("@" not in text[1:-1] or " " in text):
        raise Invalid("email", f"“{text}” is not an e-mail address. Write name@example.com.")
