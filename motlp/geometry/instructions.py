"""Instructions of processors that numba does not offer, written for its compiler, LLVM.

A comparison looks at ROWS points, side by side in a panel, and at the LANES points of another panel. All of its
arguments are addresses, but for `stride`, bytes, and `length`, the numbers (or words) of a point. It sets bit b of the
16-bit word at `near` + r·`stride` where points r and b may be near each other. All that it sums up stays in vector
registers (of any processor): the compiler does not find this form by itself, and it is several times as fast as what it
makes of loops.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir

from motlp.geometry.panels import LANES, ROWS
from motlp.system.compiled import intrinsic, types

INDEX = ir.IntType(32)
INDICES = ir.VectorType(INDEX, LANES)
CONTRACT = ("contract",)


def _vector(number: ir.Type) -> ir.VectorType:
    return ir.VectorType(number, LANES)


def _comparison(number: ir.Type, parts: int, start: Callable, add: Callable, accept: Callable) -> Any:
    """A comparison whose sums begin at `start`, take `parts` numbers at a time by `add`, and end with `accept`."""

    @intrinsic
    def compare(typing, rows, panel, first, floor, near, stride, length):
        def generate(context, builder, signature, arguments):
            rows, panel, first, floor, near, stride, length = arguments

            def word(value):
                return ir.Constant(rows.type, value)

            begin = start(builder, _load(builder, first, word(0), _vector(number)))
            end = builder.mul(length, word(4 * LANES * parts))
            before, loop, after = builder.block, builder.append_basic_block(), builder.append_basic_block()
            builder.branch(loop)
            builder.position_at_end(loop)
            offset = builder.phi(rows.type)  # of what is compared now, in a panel
            sums = [builder.phi(begin.type) for _ in range(ROWS)]
            columns = [_load(builder, panel, _at(builder, offset, 4 * LANES * p), begin.type) for p in range(parts)]
            added = []
            for r, total in enumerate(sums):
                places = [_at(builder, offset, 4 * (LANES * p + r)) for p in range(parts)]
                spread = [_spread(builder, _load(builder, rows, place, number)) for place in places]
                added.append(add(builder, total, spread, columns))
            further = _at(builder, offset, 4 * LANES * parts)
            for phi, initial, next_ in zip([offset, *sums], [word(0)] + [begin] * ROWS, [further, *added], strict=True):
                phi.add_incoming(initial, before)
                phi.add_incoming(next_, loop)
            builder.cbranch(builder.icmp_unsigned("<", further, end), loop, after)
            builder.position_at_end(after)
            for r, total in enumerate(added):
                packed = builder.bitcast(accept(builder, total, floor, word(4 * r)), ir.IntType(LANES))
                target = builder.add(near, builder.mul(stride, word(r)))
                builder.store(packed, builder.inttoptr(target, packed.type.as_pointer()), align=2)
            return context.get_dummy_value()

        return types.void(*[types.uintp] * 7), generate

    return compare


def _at(builder, offset, bytes_):
    return builder.add(offset, ir.Constant(offset.type, bytes_))


def _load(builder, address, offset, kind):
    """What is stored at an address and an offset in bytes."""
    pointer = builder.inttoptr(builder.add(address, offset), kind.as_pointer())
    return builder.load(pointer, align=4)


def _spread(builder, scalar):
    """A vector whose entries are all the same number."""
    empty = ir.Constant(_vector(scalar.type), ir.Undefined)
    return builder.shuffle_vector(
        builder.insert_element(empty, scalar, INDEX(0)), empty, ir.Constant(INDICES, [0] * LANES)
    )


def _above_floor(builder, total, floor, offset):
    """Whether the sums of a row are at least its floor."""
    least = _spread(builder, _load(builder, floor, offset, ir.FloatType()))
    return builder.fcmp_ordered(">=", total, least)


def _gap(builder, row, column):
    """−|row − column|: the difference with its sign bit set."""
    bits = builder.bitcast(builder.fsub(row, column), INDICES)
    return builder.bitcast(builder.or_(bits, ir.Constant(INDICES, [-(2**31)] * LANES)), row.type)


def _add_product(builder, total, row, column):
    return builder.fadd(total, builder.fmul(row[0], column[0], flags=CONTRACT), flags=CONTRACT)


def _add_gap(builder, total, row, column):
    return builder.fadd(total, _gap(builder, row[0], column[0]))


def _keep_largest_gap(builder, total, row, column):
    gap = _gap(builder, row[0], column[0])
    return builder.select(builder.fcmp_ordered("<", gap, total), gap, total)


def _add_proofs(builder, total, row, column):
    """The bits that are high in one point and low in the other, beside those before."""
    (high, low), (column_high, column_low) = row, column
    return builder.or_(builder.or_(total, builder.and_(high, column_low)), builder.and_(low, column_high))


def _minus(builder, first):
    return builder.fneg(first)


def _as_it_is(builder, first):
    return first


def _without_proof(builder, total, floor, offset):
    return builder.icmp_unsigned("==", total, ir.Constant(total.type, None))


# z·z' − half' ≥ floor
compare_products = _comparison(ir.FloatType(), 1, _minus, _add_product, _above_floor)
# −half' − Σ |z − z'| ≥ floor
compare_sums = _comparison(ir.FloatType(), 1, _minus, _add_gap, _above_floor)
# min(−half', −max |z − z'|) ≥ floor
compare_largest = _comparison(ir.FloatType(), 1, _minus, _keep_largest_gap, _above_floor)
# no bit is high in one and low in the other
compare_masks = _comparison(ir.IntType(32), 2, _as_it_is, _add_proofs, _without_proof)


@intrinsic
def lowest_bit(typing, bits):
    """The position of the lowest set bit of a positive integer."""

    def generate(context, builder, signature, arguments):
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), generate


@intrinsic
def count_bits(typing, bits):
    """How many bits are set."""

    def generate(context, builder, signature, arguments):
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate
