"""The records, the verbs on them, and the store."""
