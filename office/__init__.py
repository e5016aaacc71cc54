"""Plans and lists in, papers out."""
