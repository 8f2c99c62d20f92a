"""Themes are complete, readable and refused with a sentence when they are not."""

from itertools import product

import pytest
from PySide6.QtGui import QFontMetrics, QPalette

from desktop.composition.display import Density, Display, GainColours, ThemeName
from desktop.composition.folders import resource_path
from desktop.presentation.fonts import FIXED_FAMILY, UI_FAMILY, fixed_font, register_fonts, ui_font
from desktop.presentation.icons import UnknownIconError, icon, icon_names
from desktop.presentation.theme import (
    ThemeError,
    built_in_theme,
    contrast,
    palette,
    read_theme,
    style_sheet,
    theme_names,
    theme_of,
)
from desktop.presentation.tones import Tone, tone_of_sign

DARK = resource_path("themes", "dark", "tokens.toml")
TEXTS = ("text", "text_muted", "header", "accent", "up", "down", "warning")
BACKGROUNDS = ("background", "panel", "panel_alternate", "panel_raised")
TINTS = ("selection", "highlight", "up_tint", "down_tint", "call_bar", "put_bar")


LOOKS = list(product(ThemeName, GainColours))


def test_every_theme_that_ships_can_be_chosen():
    assert set(theme_names()) == {name.value for name in ThemeName}


@pytest.mark.parametrize(("name", "gains"), LOOKS)
def test_every_text_is_readable_on_every_background(name, gains):
    colours = theme_of(Display(theme=name, gains=gains)).colours

    pairs = [*product(TEXTS, BACKGROUNDS), *product(("text",), TINTS)]

    faint = [(t, b) for t, b in pairs if contrast(getattr(colours, t), getattr(colours, b)) < 4.5]
    assert faint == []


@pytest.mark.parametrize(("name", "gains"), LOOKS)
def test_labels_in_coloured_boxes_are_readable(name, gains):
    colours = theme_of(Display(theme=name, gains=gains)).colours

    faint = [
        box
        for box in ("accent", "up", "down", "warning", "header", "text_muted")
        if contrast(colours.text_on_accent, getattr(colours, box)) < 4.5
    ]

    assert faint == []


def test_sizes_are_the_traders_whatever_the_theme():
    metrics = theme_of(Display(theme=ThemeName.LIGHT, text_size=15, density=Density.COMPACT)).metrics

    assert (metrics.font_pixels, metrics.row_height) == (15, 19)


def test_contrast_agrees_with_the_published_extremes():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # WCAG's well-known near miss


def test_a_missing_token_is_named_in_a_sentence(tmp_path):
    broken = tmp_path / "tokens.toml"
    text = DARK.read_text(encoding="utf-8")
    broken.write_text("\n".join(line for line in text.splitlines() if not line.startswith("accent ")), encoding="utf-8")

    with pytest.raises(ThemeError, match=r"lacks accent under \[colours\]"):
        read_theme(broken)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ('up = "#18b26b"', 'up = "green"', "up must be written as #rrggbb"),
        ("[blue_orange]", "[blue_orange]\nshadow = 3", "unknown tokens under"),
        ("[colours]", "[colours", "not valid TOML"),
    ],
)
def test_a_broken_token_file_is_refused_with_a_sentence(tmp_path, before, after, sentence):
    broken = tmp_path / "tokens.toml"
    broken.write_text(DARK.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")

    with pytest.raises(ThemeError, match=sentence):
        read_theme(broken)


def test_an_absent_file_and_an_unknown_name_are_refused_with_a_sentence(tmp_path):
    with pytest.raises(ThemeError, match="cannot be read"):
        read_theme(tmp_path / "none.toml")
    with pytest.raises(ThemeError, match=r'no theme "pink". Choose one of: contrast, dark, light, terminal'):
        built_in_theme("pink")


def test_the_style_sheet_fills_in_every_token():
    sheet = style_sheet(built_in_theme("dark"))

    assert "$" not in sheet
    assert built_in_theme("dark").colours.header in sheet


def test_the_palette_uses_the_themes_colours(qapp):
    theme = built_in_theme("dark")

    result = palette(theme)

    assert result.color(QPalette.ColorRole.Window).name() == theme.colours.background
    assert result.color(QPalette.ColorRole.Text).name() == theme.colours.text


def test_bundled_fonts_give_both_faces_and_the_rupee_sign(qapp):
    families = register_fonts()

    assert {UI_FAMILY, FIXED_FAMILY, "DejaVu Sans"} <= set(families)
    assert QFontMetrics(ui_font(12)).inFontUcs4(ord("₹"))
    assert QFontMetrics(fixed_font(12)).inFontUcs4(ord("₹"))


def test_digits_are_equally_wide(qapp):
    register_fonts()
    metrics = QFontMetrics(ui_font(12))

    widths = {metrics.horizontalAdvance(digit * 10) for digit in "0123456789"}

    assert len(widths) == 1


@pytest.mark.parametrize("name", icon_names())
def test_every_icon_draws_something(qapp, name):
    image = icon(name, built_in_theme("dark")).pixmap(16, 16).toImage()

    assert any(image.pixelColor(x, y).alpha() > 0 for x in range(16) for y in range(16))


def test_an_unknown_icon_is_refused(qapp):
    with pytest.raises(UnknownIconError, match='no icon "unicorn"'):
        icon("unicorn", built_in_theme("dark"))


def test_tones_follow_the_sign():
    assert [tone_of_sign(v) for v in (2.5, -1, 0, float("nan"))] == [Tone.UP, Tone.DOWN, Tone.PLAIN, Tone.PLAIN]
