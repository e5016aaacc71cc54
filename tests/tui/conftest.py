"""How long a Pilot waits after a key."""

from textual import _wait

# Twice a key it sleeps so long, until the application used less than a twentieth of that. With the fiftieth of a second
# that Textual sets, most of what these tests took was sleep. What takes longer is waited for by what it brings about.
_wait.SLEEP_GRANULARITY = 0.004
_wait.SLEEP_IDLE = _wait.SLEEP_GRANULARITY / 20
