"""Instructions of processors that numba does not offer, written for its compiler, LLVM."""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from motlp.geometry.sketch import COARSE, LANES, ROWS

NUMBER, INDEX = ir.FloatType(), ir.IntType(32)
VECTOR, INDICES = ir.VectorType(NUMBER, LANES), ir.VectorType(INDEX, LANES)


@intrinsic
def compare(typing, rows, panel, half, floor, near, stride):
    """Compares ROWS points, side by side in a panel, with the LANES points of another panel.

    All are addresses. Bit b of the 16-bit word at `near` + r·`stride` is set where z_r·z_b − half_b ≥ floor_r. All sums
    stay in vector registers (of any processor): the compiler does not find this form by itself, and it is three times
    as fast as a matrix product followed by a comparison.
    """

    def generate(context, builder, signature, arguments):
        rows, panel, half, floor, near, stride = arguments

        def word(value):
            return ir.Constant(rows.type, value)

        start = builder.fneg(_load(builder, half, word(0), VECTOR))
        before, loop, after = builder.block, builder.append_basic_block(), builder.append_basic_block()
        builder.branch(loop)
        builder.position_at_end(loop)
        offset = builder.phi(rows.type)  # of coordinate k in a panel
        sums = [builder.phi(VECTOR) for _ in range(ROWS)]
        column = _load(builder, panel, offset, VECTOR)
        added = []
        for r, total in enumerate(sums):
            scalar = _load(builder, rows, builder.add(offset, word(4 * r)), NUMBER)
            product = builder.fmul(_spread(builder, scalar), column, flags=("contract",))
            added.append(builder.fadd(total, product, flags=("contract",)))
        further = builder.add(offset, word(4 * LANES))
        for phi, first, next_ in zip([offset, *sums], [word(0)] + [start] * ROWS, [further, *added], strict=True):
            phi.add_incoming(first, before)
            phi.add_incoming(next_, loop)
        builder.cbranch(builder.icmp_unsigned("<", further, word(4 * LANES * COARSE)), loop, after)
        builder.position_at_end(after)
        for r, total in enumerate(added):
            least = _spread(builder, _load(builder, floor, word(4 * r), NUMBER))
            packed = builder.bitcast(builder.fcmp_ordered(">=", total, least), ir.IntType(LANES))
            target = builder.add(near, builder.mul(stride, word(r)))
            builder.store(packed, builder.inttoptr(target, packed.type.as_pointer()), align=2)
        return context.get_dummy_value()

    return types.void(*[types.uintp] * 6), generate


def _load(builder, address, offset, kind):
    """What is stored at an address and an offset in bytes."""
    pointer = builder.inttoptr(builder.add(address, offset), kind.as_pointer())
    return builder.load(pointer, align=4)


def _spread(builder, scalar):
    """A vector whose entries are all the same number."""
    empty = ir.Constant(VECTOR, ir.Undefined)
    return builder.shuffle_vector(
        builder.insert_element(empty, scalar, INDEX(0)), empty, ir.Constant(INDICES, [0] * LANES)
    )


@intrinsic
def lowest_bit(typing, bits):
    """The position of the lowest set bit of a positive integer."""

    def generate(context, builder, signature, arguments):
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), generate
