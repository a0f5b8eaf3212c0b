"""Which screen is chosen: masks, coordinates where points are smooth, and none where most pairs are near."""

from fractions import Fraction

import numpy as np

from motlp.geometry.choice import choose_screen
from motlp.geometry.panels import Masks, Sketch

RANDOM = np.random.default_rng(0)
STROKES = np.where(RANDOM.random((2000, 100)) < 0.3, RANDOM.integers(200, 256, (2000, 100)), 0).astype(np.uint8)
LINE = RANDOM.random((3000, 1))
CLOUD = RANDOM.normal(size=(2000, 8))


def test_masks_tell_apart_what_is_black_or_white():
    screen = choose_screen(STROKES, Fraction(150), "linf")
    assert isinstance(screen, Masks)
    assert screen.coarse.shape[1] <= 2  # words, as few as will do


def test_coordinates_tell_apart_points_on_a_line():
    screen = choose_screen(LINE, Fraction(1, 1000), "linf")
    assert isinstance(screen, Sketch)
    assert screen.coarse.shape[1] == 1


def test_nothing_is_made_where_most_pairs_are_near():
    assert choose_screen(CLOUD, Fraction(5), "linf") is None
    assert isinstance(choose_screen(CLOUD, Fraction(1), "linf"), Masks | Sketch)
    assert choose_screen(STROKES, Fraction(255), "linf") is None
    assert choose_screen(CLOUD, Fraction(-1), "linf") is None


def test_the_other_norms_have_sketches():
    for norm in ("l2", "l1"):
        assert isinstance(choose_screen(CLOUD, Fraction(1), norm), Sketch)
        assert choose_screen(CLOUD[:0], Fraction(1), norm) is None
        assert choose_screen(CLOUD[:, :0], Fraction(1), norm) is None
