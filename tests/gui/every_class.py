"""Every class of the desktop that is of a kind, found by loading all of it."""

from importlib import import_module
from pkgutil import walk_packages

import desktop

NOT_FOR_LOADING = ("desktop.__main__", "desktop.commands", "desktop.verification")


def classes_of(kind):
    """Return every class of the desktop's own that derives from a kind, by name."""
    for module in walk_packages(desktop.__path__, "desktop."):
        if not module.name.startswith(NOT_FOR_LOADING):
            import_module(module.name)
    return {one.__name__: one for one in derived(kind) if one.__module__.startswith("desktop.")}


def derived(kind):
    for one in kind.__subclasses__():
        yield one
        yield from derived(one)
