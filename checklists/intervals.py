"""How far a rate that comes from a sample may be from the truth."""

from dataclasses import dataclass
from math import sqrt

# The two-sided 95 % quantile of the normal distribution.
_Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Interval:
    """The lower and upper bound of a share, both between 0 and 1."""

    low: float
    high: float


def wilson_interval(successes: int, trials: int, z: float = _Z_95) -> Interval | None:
    """The Wilson score interval of a share, 95 % by default; None where nothing was tried.

    Raises ValueError for counts that cannot be. Source: E. B. Wilson, "Probable inference, the law of
    succession, and statistical inference", JASA 22 (1927).
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes of {trials} trials cannot be")
    if trials == 0:
        return None
    share = successes / trials
    weight = 1 + z * z / trials
    centre = (share + z * z / (2 * trials)) / weight
    margin = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / weight
    # At the ends the bound is exactly 0 or 1; rounding must not say otherwise.
    low = 0.0 if successes == 0 else max(0.0, centre - margin)
    high = 1.0 if successes == trials else min(1.0, centre + margin)
    return Interval(low, high)
