"""Hypergraphs beside each other."""

from motlp.problem.hypergraph import Hypergraph


def same(one: Hypergraph, other: Hypergraph) -> bool:
    """Bit for bit, with types and shapes."""
    for name in ("points", "labels", "mass"):
        a, b = getattr(one.measure, name), getattr(other.measure, name)
        if (a.dtype, a.shape, a.tobytes()) != (b.dtype, b.shape, b.tobytes()):
            return False
    if any(getattr(one.measure, n) != getattr(other.measure, n) for n in ("unit", "class_names", "name", "shape")):
        return False
    arrays = zip((*one.members, *one.births), (*other.members, *other.births), strict=True)
    alike = all((a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes()) for a, b in arrays)
    return alike and (one.threat, one.eps) == (other.threat, other.eps)
