"""The language in which lists are narrowed: on every screen, and on the command line. See docs/filter.md.

`syntax` reads text into terms, `vocabulary` says what can be asked of each list, `meaning` makes SQL of both,
`completing` says what may stand under the cursor. Raw SQL for the windows' reads; nothing heavy is imported.
"""
