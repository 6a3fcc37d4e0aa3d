"""Find the plugin package that an error came from."""

from __future__ import annotations

from importlib.metadata import distributions


def package_of(error: BaseException, own: str = "geneticgan") -> str:
    """Return the name of the plugin package that raised an error; empty if none did.

    Parameters
    ----------
    error : BaseException
        An error with its traceback.
    own : str
        A package whose plugins are never blamed.
    """
    homes = {
        point.module.partition(".")[0]: package.name
        for package in distributions()
        for point in package.entry_points
        if point.group.startswith("geneticgan.") and package.name != own
    }
    found, trace = "", error.__traceback__
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
        found = homes.get(module, found)
        trace = trace.tb_next
    return found
