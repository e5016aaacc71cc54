"""Clients, their sites, and the people there."""

from sqlmodel import Session, col, select

from models.people import check_email
from models.record import Named, Record, attribute, register, visibility
from models.sharing import restore_with_parts


@register("Client", "Clients", listed=("name", "number", "city", "phone", "website"))
class Client(Named, Record, table=True):
    """A fabrication shop that ordered."""

    visibility: str = visibility("client")
    name: str = attribute("text", "Name", required=True)
    number: str | None = attribute("text", "Number", help="the client's number in the books")
    industry: str | None = attribute("text", "Industry")
    city: str | None = attribute("text", "City")
    country: str | None = attribute("text", "Country")
    phone: str | None = attribute("text", "Phone")
    website: str | None = attribute("text", "Website")
    notes: str | None = attribute("note", "Notes")

    def remove(self, session: Session, at: str) -> None:
        self.deleted_at = at
        for part in _parts(session, self.id):
            part.deleted_at = part.deleted_at or at

    def restore(self, session: Session, at: str | None) -> None:
        restore_with_parts(session, self, at)


@register("Site", "Sites", listed=("name", "client_id", "address", "city"))
class Site(Named, Record, table=True):
    """A place of a client where work is done."""

    visibility: str = visibility("client")
    client_id: str = attribute("ref", "Client", refers="client", required=True, index=True)
    name: str = attribute("text", "Name", required=True)
    address: str | None = attribute("text", "Address")
    city: str | None = attribute("text", "City")
    country: str | None = attribute("text", "Country", help="for its holidays")
    region: str | None = attribute("text", "Region", help="for its holidays")
    time_zone: str | None = attribute("text", "Time zone", help="Europe/Berlin")
    phone: str | None = attribute("text", "Phone")
    network: str | None = attribute("text", "Network", help="what a visitor gets, who opens ports")
    notes: str | None = attribute("note", "Notes")


@register(
    "Contact", "Contacts", listed=("name", "client_id", "role", "phone", "email", "decides", "can_sign")
)
class Contact(Named, Record, table=True):
    """A person at a client."""

    visibility: str = visibility("client")
    client_id: str | None = attribute("ref", "Client", refers="client", index=True)
    site_id: str | None = attribute("ref", "Site", refers="site", index=True)
    name: str = attribute("text", "Name", required=True)
    role: str | None = attribute("text", "Role", help="programming lead, client IT …")
    phone: str | None = attribute("text", "Phone")
    mobile: str | None = attribute("text", "Mobile")
    email: str | None = attribute("text", "E-mail")
    decides: int | None = attribute("flag", "Decides")
    can_sign: int | None = attribute("flag", "Can sign", decides="server")
    channel: str | None = attribute(
        "choice", "Preferred channel", choices=("phone", "mobile", "email", "chat")
    )
    time_zone: str | None = attribute("text", "Time zone")
    notes: str | None = attribute("note", "Notes")

    def rules(self) -> None:
        check_email(self.email)


def _parts(session: Session, client_id: str) -> list[Site | Contact]:
    sites = session.exec(select(Site).where(col(Site.client_id) == client_id)).all()
    contacts = session.exec(select(Contact).where(col(Contact.client_id) == client_id)).all()
    return [*sites, *contacts]
