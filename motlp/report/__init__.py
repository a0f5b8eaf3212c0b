"""How results are shown: sentences, tables, JSON, curves."""
