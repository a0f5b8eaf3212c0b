"""Kernels on plain arrays, which know no class of ours: distances, pairs, cliques, enclosing balls."""
