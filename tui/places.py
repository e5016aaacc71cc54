"""The views of the application over a profile, each imported and made at its first visit."""

from importlib import import_module

from tui.view import Place, View

_VIEWS = {
    "welcome": ("Ways to begin", "WelcomeView"),
    "today": ("Today", "TodayView"),
    "portfolio": ("Portfolio", "PortfolioView"),
    "tasks": ("Tasks", "TasksView"),
    "board": ("Board", "BoardView"),
    "client": ("Client timeline", "ClientView"),
    "clients": ("Clients and contacts", "ClientsView"),
    "team": ("Team and calendars", "TeamView"),
    "history": ("History", "HistoryView"),
    "overview": ("Project overview", "OverviewView"),
    "conflicts": ("Conflicts", "ConflictsView"),
    "sync": ("Sync", "SyncView"),
    "bin": ("Recycle bin", "BinView"),
    "settings": ("Settings", "SettingsView"),
}


def views() -> dict[str, Place]:
    """Place by name in the registry."""
    return {name: _place(name, label, cls) for name, (label, cls) in _VIEWS.items()}


def _place(name: str, label: str, cls: str) -> Place:
    def make() -> View:
        view: View = getattr(import_module(f"tui.screens.{name}"), cls)()
        return view

    return Place(label, make)
