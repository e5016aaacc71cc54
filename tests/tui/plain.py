"""The screen of an application under test, as lines of text."""

from textual.app import App


def screen_lines(app: App[None]) -> list[str]:
    """What is on screen now, one string a line, without the blanks at the end."""
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


def screen_text(app: App[None]) -> str:
    return "\n".join(screen_lines(app))
