"""Make the docking library's own area in a window, set up as the workstation wants it."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMainWindow
from PySide6QtAds import ads

from desktop.presentation.icons import icon
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone

_FLAGS: Mapping[str, bool] = {
    "AlwaysShowTabs": True,  # a floating panel is docked again by its tab, so it must have one
    "FloatingContainerForceNativeTitleBar": True,  # the window manager's maximise and snap
    "OpaqueSplitterResize": True,
    "FocusHighlighting": True,
    "DockAreaHasCloseButton": False,
    "DockAreaHideDisabledButtons": True,
    "AllTabsHaveCloseButton": True,
    "MiddleMouseButtonClosesTab": True,
    "DisableStylesheet": True,  # the theme's own sheet styles tabs
    "XmlCompressionEnabled": True,
}

_ICONS: Mapping[Any, str] = {
    ads.TabCloseIcon: "close",
    ads.DockAreaCloseIcon: "close",
    ads.DockAreaUndockIcon: "detach",
    ads.DockAreaMenuIcon: "menu",
}


def docking_area(window: QMainWindow, theme: Theme) -> Any:
    """Put a new, empty docking area into the middle of a window and return it."""
    for name, value in _FLAGS.items():
        ads.CDockManager.setConfigFlag(getattr(ads.CDockManager.eConfigFlag, name), value)
    manager = ads.CDockManager(window)
    window.setCentralWidget(manager)
    for target, name in _ICONS.items():
        manager.iconProvider().registerCustomIcon(target, QIcon(icon(name, theme, Tone.MUTED)))
    return manager
