"""Studies of many bounds: risk against budget and order."""
