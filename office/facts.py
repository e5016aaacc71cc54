"""Facts of a file that have no field here: lines at the end of the notes, which an export takes out again."""

from collections.abc import Collection, Mapping

# label → field of office.foreign
OF_PROJECT = {
    "Author": "author", "Company": "company", "Subject": "subject", "Category": "category", "Manager": "manager"
}  # fmt: skip
OF_RESOURCE = {"Group": "group", "Code": "code", "Measured in": "material_label", "E-mail": "email"}


def with_facts(notes: str, facts: Mapping[str, str]) -> str | None:
    """The notes and a line for each fact that says something; None for nothing."""
    lines = [notes] if notes else []
    return "\n".join([*lines, *(f"{label}: {text}" for label, text in facts.items() if text)]) or None


def without_facts(notes: str | None, labels: Collection[str]) -> tuple[str, dict[str, str]]:
    """The notes and label → text, of what `with_facts` made; each label once, no other line after them."""
    lines, facts = (notes or "").split("\n"), dict[str, str]()
    while lines:
        label, _, text = lines[-1].partition(": ")
        if label not in labels or label in facts or not text:
            break
        facts[label] = text
        lines.pop()
    return "\n".join(lines), facts
