"""Many bounds together."""
