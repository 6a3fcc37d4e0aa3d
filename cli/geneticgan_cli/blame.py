"""Find the plugin package that an error came from."""

from __future__ import annotations

from importlib.metadata import distributions

from geneticgan.foreign import OWN


def package_of(error: BaseException, own: str = OWN) -> str:
    """Return the plugin package that raised an error, and its entry points; empty if none did.

    Parameters
    ----------
    error : BaseException
        An error with its traceback.
    own : str
        A package whose plugins are never blamed.
    """
    homes: dict[str, str] = {}
    names: dict[str, list[str]] = {}
    for package in distributions():
        for point in package.entry_points:
            if point.group.startswith("geneticgan.") and package.name != own:
                homes[point.module.partition(".")[0]] = package.name
                names.setdefault(point.module, []).append(point.name)
    found, told, trace = "", list[str](), error.__traceback__
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        if (home := module.partition(".")[0]) in homes:
            found, told = homes[home], names.get(module, told)
        trace = trace.tb_next
    return f"{found} ({', '.join(sorted(told))})" if told else found
