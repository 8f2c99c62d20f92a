"""A saved picture looks like the window and is small."""

from PySide6.QtGui import QColor, QImage

from desktop.presentation.palette_picture import with_palette


def test_a_picture_of_few_colours_keeps_every_pixel(qapp):
    picture = QImage(13, 7, QImage.Format.Format_RGB32)
    picture.fill(QColor("#0b0f14"))
    picture.setPixelColor(12, 6, QColor("#ffb000"))

    found = with_palette(picture)

    assert found.format() == QImage.Format.Format_Indexed8
    assert found.convertToFormat(QImage.Format.Format_RGB32) == picture


def test_a_rare_colour_takes_the_nearest_of_the_common_ones(qapp):
    picture = QImage(64, 64, QImage.Format.Format_RGB32)
    for number in range(64 * 64):
        picture.setPixelColor(number % 64, number // 64, QColor(number % 256, 0, 0))
    picture.setPixelColor(5, 0, QColor(200, 0, 3))

    found = with_palette(picture)

    assert found.pixelColor(5, 0) == QColor(200, 0, 0)
    assert found.pixelColor(6, 0) == QColor(6, 0, 0)
