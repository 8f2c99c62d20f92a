"""What is gone from the screen hears nothing any more: a window in another look, a panel of another workspace."""

from PySide6.QtCore import QCoreApplication, QEvent, QMetaMethod

from desktop.composition.display import Display, ThemeName
from desktop.workspace.layouts import BUILT_IN


def receivers(bridge):
    """Answer how many listen to each signal of a bridge."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    meta = bridge.metaObject()
    methods = (meta.method(place) for place in range(meta.methodCount()))
    signals = [
        one.methodSignature().data().decode() for one in methods if one.methodType() == QMetaMethod.MethodType.Signal
    ]
    return {signature: bridge.receivers(f"2{signature}") for signature in signals}


def test_a_window_in_another_look_leaves_no_listener_behind(open_desk):
    desk = open_desk()
    desk.window.display_chosen.emit(Display(theme=ThemeName.LIGHT))
    before = receivers(desk.bridge)

    for theme in (ThemeName.DARK, ThemeName.TERMINAL, ThemeName.LIGHT):
        desk.window.display_chosen.emit(Display(theme=theme))

    assert receivers(desk.bridge) == before


def test_workspaces_that_were_left_leave_no_listener_behind(open_desk):
    desk = open_desk()
    desk.window.workspaces.switch("start")
    desk.wait_until(lambda: desk.window.workspaces.current.name == "start")
    before = receivers(desk.bridge)

    for name in (*BUILT_IN, "start"):
        desk.window.workspaces.switch(name)
        desk.wait_until(lambda name=name: desk.window.workspaces.current.name == name)

    assert receivers(desk.bridge) == before
