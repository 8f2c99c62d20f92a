"""About: what a report of trouble should name, to be read and to be copied."""

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from desktop.composition.folders import data_folder
from desktop.windows.help_dialogs import AboutDialog


def test_it_names_versions_and_the_traders_folder_and_copies_them(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = AboutDialog(parent)

    told = "\n".join(label.text() for label in dialog.findChildren(QLabel))
    next(one for one in dialog.findChildren(QPushButton) if one.text() == "Copy").click()

    copied = QGuiApplication.clipboard().text()
    assert copied in told
    assert f"Qt {qVersion()}" in copied
    assert "pyqtgraph 0." in copied
    assert str(data_folder()) in copied
