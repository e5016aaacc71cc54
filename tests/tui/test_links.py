"""Mail addresses, numbers and pages are links where the terminal can follow them."""

import pytest

from tests.tui.office import at_work, elsewhere, furnish, keys, view
from tui.links import link


@pytest.mark.parametrize(
    ("field", "text", "url"),
    [
        ("email", "ada@harlan.example", "mailto:ada@harlan.example"),
        ("email", "ada lovelace@x", ""),
        ("email", "www.harlan.example", "https://www.harlan.example"),
        ("phone", "+44 (0)113 1-22", "tel:+44113122"),
        ("mobile", "0113 122 ext. 5", "tel:0113122"),
        ("phone", "12", ""),
        ("phone", "ask Ada", ""),
        ("website", "harlan.example/nesting?a=1", "https://harlan.example/nesting?a=1"),
        ("website", "javascript:alert(1)", ""),
        ("hyperlink", "http://h.example/\x1b]8;;x", "http://h.example/%1B]8;;x"),
        ("email", "a\x07b@h.example", "mailto:a%07b@h.example"),
        ("name", "ada@harlan.example", ""),
        ("phone", None, ""),
    ],
)
def test_what_can_be_opened(field, text, url):
    assert link(field, text) == url


@pytest.mark.asyncio
@pytest.mark.parametrize(("term", "there"), [("xterm-256color", True), ("linux", False)])
async def test_the_list_and_the_pane_of_a_contact_have_them(tmp_path, monkeypatch, term, there):
    monkeypatch.setenv("TERM", term)
    ids = furnish(tmp_path)
    elsewhere(tmp_path, "contact", ids["Ada Price"], email="ada@harlan.example", phone="+44 113 122")
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g c")
        view(pilot.app).seek("contact", ids["Ada Price"])
        await keys(pilot, "j k")
        strips = pilot.app.screen._compositor.render_strips()
        links = [seg.style.link for strip in strips for seg in strip if seg.style and seg.style.link]
        assert set(links) == ({"mailto:ada@harlan.example", "tel:+44113122"} if there else set())
        assert len(links) == 4 * there  # in the list and in the pane
        texts = {seg.text for strip in strips for seg in strip if seg.style and seg.style.link}
        assert texts <= {"ada@harlan.example", "+44 113 122"}  # no blanks around them
