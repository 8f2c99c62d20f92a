"""Turn a theme's tokens into typed colours, a palette and a small style sheet."""

import re
import tomllib
from functools import cache
from pathlib import Path
from string import Template

import msgspec
from msgspec.structs import asdict, replace
from PySide6.QtGui import QColor, QPalette

from desktop.composition.display import Display, GainColours
from desktop.composition.folders import resource_path
from desktop.presentation.tones import Tone

_HEX = re.compile(r"#[0-9a-f]{6}")


class ThemeError(Exception):
    """A theme cannot be used; the message says what is wrong and where."""


class Colours(msgspec.Struct, frozen=True, kw_only=True):
    """Every colour a theme must give, as ``#rrggbb``."""

    background: str
    panel: str
    panel_alternate: str
    panel_raised: str
    border: str
    grid: str
    text: str
    text_muted: str
    text_on_accent: str
    header: str
    accent: str
    up: str
    down: str
    warning: str
    selection: str
    highlight: str
    up_tint: str
    down_tint: str
    call_bar: str
    put_bar: str
    curve_today: str
    curve_expiry: str


class Metrics(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes in device-independent pixels: the trader's choice, whatever the theme."""

    row_height: int = 18
    font_pixels: int = 12


class GainTokens(msgspec.Struct, frozen=True, kw_only=True):
    """The colours that tell profit from loss and calls from puts."""

    up: str
    down: str
    up_tint: str
    down_tint: str
    call_bar: str
    put_bar: str


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """One look of the desktop."""

    name: str
    title: str
    colours: Colours
    blue_orange: GainTokens
    metrics: Metrics = Metrics()

    def tone_colour(self, tone: Tone) -> QColor:
        """Return the text colour that stands for ``tone``."""
        return QColor(getattr(self.colours, _TONE_TOKENS[tone]))


_TONE_TOKENS: dict[Tone, str] = {
    Tone.PLAIN: "text",
    Tone.MUTED: "text_muted",
    Tone.UP: "up",
    Tone.DOWN: "down",
    Tone.HEADER: "header",
    Tone.ACCENT: "accent",
    Tone.WARNING: "warning",
}


@cache
def built_in_theme(name: str = "dark") -> Theme:
    """Return a theme shipped with the product; raise ThemeError for an unknown or broken one."""
    names = theme_names()
    if name not in names:
        raise ThemeError(f'There is no theme "{name}". Choose one of: {", ".join(names)}.')
    return read_theme(resource_path("themes", name, "tokens.toml"))


def theme_names() -> tuple[str, ...]:
    """Return the names of the themes shipped with the product, in alphabetical order."""
    return tuple(sorted(path.parent.name for path in resource_path("themes").glob("*/tokens.toml")))


def theme_of(display: Display) -> Theme:
    """Return the theme as the trader wants it. Raises ThemeError for a broken one."""
    theme = built_in_theme(display.theme.value)
    if display.gains is GainColours.BLUE_ORANGE:
        theme = replace(theme, colours=replace(theme.colours, **asdict(theme.blue_orange)))
    sizes = Metrics(row_height=display.text_size + display.density.row_extra, font_pixels=display.text_size)
    return replace(theme, metrics=sizes)


def read_theme(path: Path) -> Theme:
    """Read and check a token file; raise ThemeError with a sentence when it cannot be used."""
    try:
        tokens = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as e:
        raise ThemeError(f"Theme file {path} cannot be read: {e.strerror}.") from e
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise ThemeError(f"Theme file {path} is not valid TOML: {e}.") from e
    for section, declared in (("colours", Colours), ("blue_orange", GainTokens)):
        _check_section(path, section, tokens.get(section, {}), declared)
    try:
        return msgspec.convert(tokens, Theme)
    except msgspec.ValidationError as e:
        raise ThemeError(f"Theme file {path}: {e}.") from e


def _check_section(path: Path, section: str, tokens: object, declared: type[msgspec.Struct]) -> None:
    if not isinstance(tokens, dict):
        raise ThemeError(f"Theme file {path}: [{section}] must be a table.")
    wanted = declared.__struct_fields__
    missing = [name for name in wanted if name not in tokens]
    if missing:
        raise ThemeError(f"Theme file {path} lacks {', '.join(missing)} under [{section}]; add the missing tokens.")
    unknown = [name for name in tokens if name not in wanted]
    if unknown:
        raise ThemeError(f"Theme file {path} has unknown tokens under [{section}]: {', '.join(unknown)}.")
    wrong = [name for name in wanted if not _HEX.fullmatch(str(tokens[name]).lower())]
    if wrong:
        raise ThemeError(f"Theme file {path}: {', '.join(wrong)} must be written as #rrggbb.")


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two ``#rrggbb`` colours, 1 to 21 (WCAG 2.1, relative luminance)."""
    brighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def palette(theme: Theme) -> QPalette:
    """Return the Qt palette of a theme, for the Fusion style."""
    c = theme.colours
    role = QPalette.ColorRole
    result = QPalette()
    for target, colour in (
        (role.Window, c.background),
        (role.WindowText, c.text),
        (role.Base, c.panel),
        (role.AlternateBase, c.panel_alternate),
        (role.ToolTipBase, c.panel_raised),
        (role.ToolTipText, c.text),
        (role.PlaceholderText, c.text_muted),
        (role.Text, c.text),
        (role.Button, c.panel_raised),
        (role.ButtonText, c.text),
        (role.BrightText, c.down),
        (role.Link, c.accent),
        (role.Highlight, c.selection),
        (role.HighlightedText, c.text),
        (role.Light, c.border),
        (role.Midlight, c.panel_raised),
        (role.Mid, c.border),
        (role.Dark, c.background),
        (role.Shadow, c.background),
        (role.Accent, c.accent),
    ):
        result.setColor(target, QColor(colour))
    for target in (role.Text, role.WindowText, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, target, QColor(c.text_muted))
    return result


def style_sheet(theme: Theme) -> str:
    """Return the style sheet of a theme: ``base.qss`` with the tokens filled in."""
    template = Template(resource_path("themes", "base.qss").read_text(encoding="utf-8"))
    values = {**asdict(theme.colours), **asdict(theme.metrics)}
    return template.substitute(values)
