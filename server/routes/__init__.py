"""The endpoints, one theme a file: each has `add_routes(app, backend)`."""

from server.routes import accounts, blobs, health, log, past, spaces

THEMES = (log, spaces, past, blobs, accounts, health)
