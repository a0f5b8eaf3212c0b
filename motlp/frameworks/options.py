"""Options of the solvers: which exist and of which type, checked before a solver sees them.

A solver is loaded where its own options are looked at, and not before.
"""

from collections.abc import Mapping
from contextlib import suppress
from numbers import Integral, Real
from typing import Any

from motlp.errors import InvalidConfig, UnknownName, arg, shorten

NAMES = {bool: "true or false", int: "a whole number", float: "a number", str: "a word"}


def read_options(options: Mapping[str, Any] | None) -> dict[str, Any]:
    """Options as they were given, once it is known that each has a name; None stands for no options.

    Raises:
        InvalidConfig: they are no mapping, or a name is no text.
    """
    if options is None:
        return {}
    if not isinstance(options, Mapping):
        raise InvalidConfig(
            f"{arg('options')} is {shorten(options)}; "
            "it must be a mapping of names to values, such as {'time_limit': 60}."
        )
    for name in options:
        if not isinstance(name, str):
            raise InvalidConfig(
                f"{arg('options')} has the name {shorten(name)}; a name must be a text, such as 'time_limit'."
            )
    return dict(options)


def highs_options(options: dict[str, Any]) -> dict[str, Any]:
    """Options of HiGHS, converted to the types that it declares.

    Raises:
        UnknownName: HiGHS has no such option.
        InvalidConfig: the value is not of the option's type, or outside its range.
    """
    import highspy  # HiGHS alone knows its options

    from motlp.frameworks.highs import SilentHighs

    probe = SilentHighs()
    known = [name for name in dir(probe.getOptions()) if not name.startswith("_")]
    kinds: dict[Any, type] = {
        highspy.HighsOptionType.kBool: bool,
        highspy.HighsOptionType.kInt: int,
        highspy.HighsOptionType.kDouble: float,
        highspy.HighsOptionType.kString: str,
    }
    checked = {}
    for name, value in options.items():
        if name not in known:
            raise UnknownName("HiGHS option", name, known)
        kind = kinds[probe.getOptionType(name)[1]]
        checked[name] = convert("HiGHS", name, value, kind)
        try:
            taken = probe.setOptionValue(name, checked[name]) == highspy.HighsStatus.kOk
        except TypeError:  # a whole number of more than 32 bits
            taken = False
        if not taken:
            raise InvalidConfig(
                f"HiGHS refuses {shorten(value)} for its option {name!r}; see the HiGHS manual for its range."
            )
    if checked.get("run_crossover") == "off" or checked.get("solver") == "pdlp":
        # Without a basis, HiGHS' postsolve loses multipliers and ends in "Unknown".
        checked.setdefault("presolve", "off")
    return checked


def clarabel_options(options: dict[str, Any]) -> dict[str, Any]:
    """Options of Clarabel, converted to the types of its defaults.

    Raises:
        UnknownName, InvalidConfig: as `typed_options`.
    """
    import clarabel

    defaults = clarabel.DefaultSettings()
    known = {name: type(getattr(defaults, name)) for name in dir(defaults) if not name.startswith("_")}
    return typed_options("Clarabel", options, {n: t for n, t in known.items() if t in (bool, int, float, str)})


def cuopt_options(options: dict[str, Any]) -> dict[str, Any]:
    """Options of cuOpt as they are, once it is known that they exist: CVXPY ignores any other.

    Raises:
        UnknownName: neither cuOpt nor CVXPY has such an option for it.
    """
    from cuopt.linear_programming.solver import solver_parameters

    parameters = {value for name, value in vars(solver_parameters).items() if name.startswith("CUOPT_")}
    known = {name for name in parameters if isinstance(name, str)}
    for name in options:
        if name not in known | {"solver_method", "optimality"}:  # these two are CVXPY's own
            raise UnknownName("cuOpt option", name, sorted(known | {"solver_method", "optimality"}))
    return options


def check_integer(options: Mapping[str, Any]) -> None:
    """Refuse, for a problem with integer variables, what makes HiGHS solve another one.

    Raises:
        InvalidConfig: a method of linear programming, or the relaxation, is asked for, which drops the integrality.
    """
    method, relaxed = str(options.get("solver", "choose")), options.get("solve_relaxation", False)
    for name, value, drops in (("solver", method, method.lower() != "choose"), ("solve_relaxation", relaxed, relaxed)):
        if drops and str(value).lower() != "false":
            raise InvalidConfig(
                f"the option {name} is {shorten(value)}, with which HiGHS ignores that variables are whole numbers; "
                "leave it out."
            )


def typed_options(solver: str, options: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """Options, converted to the types that are known for a solver; or checked, where all the values are known.

    Raises:
        UnknownName: the solver has no such option.
        InvalidConfig: the value is not of the option's type, or none of its values.
    """
    for name in options:
        if name not in known:
            raise UnknownName(f"{solver} option", name, sorted(known))
    return {name: convert(solver, name, value, known[name]) for name, value in options.items()}


def convert(solver: str, name: str, value: Any, kind: type | tuple[str, ...] | range) -> Any:
    """The value as its option's type: an integer is taken for a float, true and false for the words "on" and "off"."""
    if isinstance(kind, tuple):
        if not isinstance(value, str) or value not in kind:
            raise InvalidConfig(f"the {solver} option {name!r} takes {', '.join(kind)}, not {shorten(value)}.")
        return value
    if isinstance(kind, range):
        if not isinstance(value, Integral | float) or isinstance(value, bool) or value not in kind:
            last = kind.stop - 1
            raise InvalidConfig(
                f"the {solver} option {name!r} takes a whole number from {kind.start} to {last}, not {shorten(value)}."
            )
        return int(value)
    if kind is float and isinstance(value, Real) and not isinstance(value, bool):
        with suppress(OverflowError):  # no float is so large
            return float(value)
    if kind is int and isinstance(value, Integral) and not isinstance(value, bool):
        return int(value)
    if kind is str and isinstance(value, bool):
        return "on" if value else "off"
    if (kind is int and isinstance(value, bool)) or not isinstance(value, kind):
        raise InvalidConfig(f"the {solver} option {name!r} takes {NAMES[kind]}, not {shorten(value)}.")
    return value
