"""How results are shown: sentences, tables, JSON records, curves."""
