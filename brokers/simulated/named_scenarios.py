"""The scenarios that ``--scenario NAME`` knows, as data."""

from collections.abc import Mapping
from pathlib import Path

from brokers.simulated.scenario import (
    ContractPick,
    FeedGap,
    FreakPrint,
    Gap,
    Halt,
    Move,
    Pin,
    Scenario,
    ScenarioError,
    Volatility,
    Whipsaw,
    scenario_from_toml,
)

CALM = Scenario(name="calm", description="An ordinary day.")

_LISTED = (
    CALM,
    Scenario(
        name="trend-up",
        description="Rises 1.8 % over five hours, volatility easing.",
        events=(
            Move(after_minutes=5, minutes=300, percent=1.8),
            Volatility(after_minutes=5, minutes=300, implied=0.92),
        ),
    ),
    Scenario(
        name="trend-down",
        description="Falls 2 % over five hours, volatility rising.",
        events=(
            Move(after_minutes=5, minutes=300, percent=-2.0),
            Volatility(after_minutes=5, minutes=300, realised=1.1, implied=1.15),
        ),
    ),
    Scenario(name="gap-up", description="Every day opens 1.2 % higher.", events=(Gap(percent=1.2),)),
    Scenario(name="gap-down", description="Every day opens 1.4 % lower.", events=(Gap(percent=-1.4),)),
    Scenario(
        name="volatility-burst",
        description="After half an hour: 45 minutes of three times the movement, options 35 % dearer in volatility.",
        events=(Volatility(after_minutes=30, minutes=45, realised=3.0, implied=1.35),),
    ),
    Scenario(
        name="crash",
        description="After half an hour: 5 % down within 12 minutes, volatility doubles, a quarter won back.",
        events=(
            Move(after_minutes=30, minutes=12, percent=-5.0),
            Move(after_minutes=60, minutes=90, percent=1.3),
            Volatility(after_minutes=30, minutes=40, realised=3.0, implied=2.1, half_life=90),
        ),
    ),
    Scenario(
        name="halt",
        description="After 20 minutes: no quotes and no trades for 15 minutes, then a 0.8 % lower market.",
        events=(Halt(after_minutes=20, minutes=15), Move(after_minutes=20, minutes=15, percent=-0.8)),
    ),
    Scenario(
        name="freak-ticks",
        description="Single wrong prints in options near the money all day, and the index price sent for an option.",
        events=(
            FreakPrint(after_minutes=8, minutes=340, repeats=25, factor=3.4),
            FreakPrint(after_minutes=12, minutes=340, repeats=25, factor=3.4, contract=ContractPick(call=False)),
            FreakPrint(after_minutes=15, minutes=300, repeats=10, factor=0.2),
            FreakPrint(after_minutes=20, minutes=300, repeats=10, contract=ContractPick(call=False)),
        ),
    ),
    Scenario(
        name="feed-gap",
        description="The feed falls silent for two minutes twice, and one option's quote is stale for ten.",
        events=(
            FeedGap(after_minutes=15, minutes=2),
            FeedGap(after_minutes=40, minutes=10, contract=ContractPick()),
            FeedGap(after_minutes=90, minutes=2),
        ),
    ),
    Scenario(
        name="whipsaw",
        description="Swings of 1 % both ways for two hours: stops are hit on both sides.",
        events=(
            Whipsaw(after_minutes=15, minutes=120, percent=1.0, swings=3),
            Volatility(after_minutes=15, minutes=120, realised=1.3, implied=1.15),
        ),
    ),
    Scenario(
        name="pin",
        description="After 20 minutes the spot stays at one strike for the rest of the day.",
        events=(Pin(after_minutes=20, minutes=360),),
    ),
)

NAMED_SCENARIOS: Mapping[str, Scenario] = {scenario.name: scenario for scenario in _LISTED}


def scenario_of(name: str) -> Scenario:
    """Answer a scenario by its name, or from a file where the name ends in ``.toml``.

    Raises ScenarioError with a sentence where there is none, or the file cannot be read.
    """
    if not name.endswith(".toml"):
        if name not in NAMED_SCENARIOS:
            known = ", ".join(NAMED_SCENARIOS)
            raise ScenarioError(f"There is no scenario {name!r}; choose from {known}, or give a .toml file")
        return NAMED_SCENARIOS[name]
    try:
        text = Path(name).read_text(encoding="utf-8")
    except OSError as error:
        raise ScenarioError(f"{name} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{name} is not text in UTF-8, so it is not a scenario") from error
    return scenario_from_toml(text, name)
