"""The two looks that a screen allows (see `panels.py`): at ROWS points against many, and at one against what is left.

Both are chosen by the kind of the screen when they are compiled: a sketch says how far apart two points are at least,
masks say whether one bit proves that they are far apart.
"""

import numpy as np

from motlp.geometry.instructions import (
    compare_largest,
    compare_masks,
    compare_products,
    compare_sums,
    lowest_bit,
)
from motlp.geometry.panels import FINE, LANES, ROWS, Sketch
from motlp.system.compiled import njit, overload


def first_look(rows, columns, code, group, begin, close):
    """Sets bit b of close[r, p], from panel `begin` on, where row group + r may be near column p · LANES + b."""
    raise NotImplementedError(_compare_numbers, _compare_bits)  # it is compiled, as one of these


def second_look(rows, columns, code, i, maybe, number):
    """Keeps in maybe[:number] the columns that may be near row i, and returns how many they are."""
    raise NotImplementedError(_keep_near, _keep_unproved)  # it is compiled, as one of these


@overload(first_look)
def _choose_first_look(rows, columns, code, group, begin, close):
    return _compare_numbers if rows.instance_class is Sketch else _compare_bits


@overload(second_look)
def _choose_second_look(rows, columns, code, i, maybe, number):
    return _keep_near if rows.instance_class is Sketch else _keep_unproved


def _compare_numbers(rows, columns, code, group, begin, close):
    block, lane, length = group // LANES, group % LANES, columns.coarse.shape[1]
    floor = np.empty(ROWS, np.float32)
    for r in range(ROWS):
        floor[r] = rows.half[block, lane + r] - rows.coarse_reach
    row = rows.coarse.ctypes.data + 4 * (block * length * LANES + lane)
    step, wide = 4 * length * LANES, 2 * close.shape[1]
    for p in range(begin, len(columns.coarse)):
        panel, half = columns.coarse.ctypes.data + p * step, columns.half.ctypes.data + 4 * p * LANES
        near = close.ctypes.data + 2 * p
        if code == 2:
            compare_products(row, panel, half, floor.ctypes.data, near, wide, length)
        elif code == 1:
            compare_sums(row, panel, half, floor.ctypes.data, near, wide, length)
        else:
            compare_largest(row, panel, half, floor.ctypes.data, near, wide, length)


def _compare_bits(rows, columns, code, group, begin, close):
    block, lane, length = group // LANES, group % LANES, columns.coarse.shape[1]
    row = rows.coarse.ctypes.data + 4 * (2 * block * length * LANES + lane)
    step, wide = 8 * length * LANES, 2 * close.shape[1]
    for p in range(begin, len(columns.coarse)):
        panel, empty = columns.coarse.ctypes.data + p * step, columns.empty.ctypes.data + 4 * p * LANES
        compare_masks(row, panel, empty, row, close.ctypes.data + 2 * p, wide, length)


def _keep_near(rows, columns, code, i, maybe, number):
    return _keep_within(rows.fine[i], columns.fine, rows.fine_reach, code, maybe, number)


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nnan", "nsz"})
def _keep_within(z, fine, reach, code, maybe, number):
    """The columns whose numbers are within reach of `z`; loops of fixed length become a few vector instructions."""
    kept = 0
    for n in range(number):
        j = maybe[n]
        total = np.float32(0)
        if code == 2:
            for k in range(FINE):
                t = z[k] - fine[j, k]
                total += t * t
        elif code == 1:
            for k in range(FINE):
                total += abs(z[k] - fine[j, k])
        else:
            for k in range(FINE):
                total = max(total, abs(z[k] - fine[j, k]))
        maybe[kept] = j
        kept += total <= reach
    return kept


def _keep_unproved(rows, columns, code, i, maybe, number):
    return _keep_without_proof(rows.fine[i], columns.fine, maybe, number)


@njit(cache=True, nogil=True)
def _keep_without_proof(bits, fine, maybe, number):
    """The columns that no bit proves to be far apart."""
    kept = 0
    for n in range(number):
        j = maybe[n]
        proofs = np.uint64(0)
        for w in range(len(bits)):
            proofs |= (bits[w, 0] & fine[j, w, 1]) | (bits[w, 1] & fine[j, w, 0])
            if proofs:
                break
        maybe[kept] = j
        kept += proofs == 0
    return kept


@njit(cache=True, nogil=True)
def list_columns(close, begin, first, maybe):
    """Lists in `maybe` the columns from `first` on whose bit is set from panel `begin` on; returns their number."""
    number = 0
    for p in range(begin, len(close)):
        bits = np.uint64(close[p])
        while bits:
            maybe[number] = p * LANES + lowest_bit(bits)  # type: ignore[call-arg]
            number += maybe[number] >= first
            bits &= bits - np.uint64(1)
    return number
