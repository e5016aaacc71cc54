"""Everything that knows the network."""
