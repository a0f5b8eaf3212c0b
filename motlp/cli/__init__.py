"""The command line: flags in, the answer out."""
