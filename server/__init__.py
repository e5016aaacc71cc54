"""The remote API: one ordered log a workspace."""
