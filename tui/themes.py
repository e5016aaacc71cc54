"""Light, dark, high contrast and no colour. No theme is needed to understand anything: signs and words say
it too.

Muted colours are given, not left to Textual: it derives them from the ground behind, which a line that is drawn here
does not have. `tests/tui/test_looks.py` measures what is drawn: a contrast of 4.5 (WCAG AA), of 7 in high contrast.
"""

from collections.abc import Mapping

from textual.theme import Theme

DARK, LIGHT, CONTRAST, MONO = "milepost-dark", "milepost-light", "milepost-contrast", "milepost-mono"
NAMES = (DARK, LIGHT, CONTRAST, MONO)
BY_SETTING = {"dark": DARK, "light": LIGHT, "high-contrast": CONTRAST, "no-colour": MONO}

_MONO_VARIABLES = {
    "ansi-background": "ansi_default",
    "ansi-foreground": "ansi_default",
    "border": "ansi_default",
    "border-blurred": "ansi_default",
    "block-cursor-foreground": "ansi_default",
    "block-cursor-background": "ansi_default",
    "input-cursor-background": "ansi_default",
    "input-cursor-foreground": "ansi_default",
    "input-cursor-text-style": "reverse",
    "input-selection-background": "ansi_default",
    "input-selection-foreground": "ansi_default",
    "scrollbar": "ansi_default",
    "scrollbar-background": "ansi_default",
    "scrollbar-corner-color": "ansi_default",
}


def themes() -> list[Theme]:
    return [
        Theme(
            DARK,
            primary="#5fa8d3",
            secondary="#6c8ea0",
            accent="#e0a458",
            warning="#e0a458",
            error="#e5686f",
            success="#7fb98a",
            foreground="#dde1e4",
            background="#14181b",
            surface="#1d2327",
            panel="#252c31",
            variables={"text-muted": "#a9b4bb", "text-disabled": "#a3abb0"},
        ),
        Theme(
            LIGHT,
            primary="#0b5c8a",
            secondary="#4c6472",
            accent="#8a4b00",
            warning="#8a4b00",
            error="#a51d2a",
            success="#1f6b35",
            foreground="#1b2024",
            background="#fbfbf9",
            surface="#eceeed",
            panel="#dfe3e2",
            dark=False,
            variables={"text-muted": "#4a5257", "text-disabled": "#565c60"},
        ),
        Theme(
            CONTRAST,
            primary="#00d7ff",
            secondary="#ffffff",
            accent="#ffff00",
            warning="#ffff00",
            error="#ff8080",
            success="#00ff5f",
            foreground="#ffffff",
            background="#000000",
            surface="#000000",
            panel="#1c1c1c",
            text_alpha=1.0,
            variables={"text-muted": "#e4e4e4", "text-disabled": "#d0d0d0", "primary-muted": "#00305f"},
        ),
        _mono(),
    ]


def _mono() -> Theme:
    plain = "ansi_default"
    return Theme(
        MONO,
        ansi=True,
        primary=plain,
        secondary=plain,
        accent=plain,
        warning=plain,
        error=plain,
        success=plain,
        foreground=plain,
        background=plain,
        surface=plain,
        panel=plain,
        variables=_MONO_VARIABLES,
    )


def no_colour(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is to have none: NO_COLOR set to anything but "" (no-color.org), or TERM=dumb."""
    return bool(environ.get("NO_COLOR")) or environ.get("TERM") == "dumb"


def first_theme(wanted: str, environ: Mapping[str, str]) -> str:
    """The theme to begin with, by its name in the settings; where there is to be no colour, that."""
    return MONO if no_colour(environ) else BY_SETTING.get(wanted, DARK)


def setting_of(theme: str) -> str:
    """What a theme is called in the settings."""
    return next((name for name, one in BY_SETTING.items() if one == theme), "dark")


def next_theme(current: str) -> str:
    return NAMES[(NAMES.index(current) + 1) % len(NAMES)] if current in NAMES else DARK
