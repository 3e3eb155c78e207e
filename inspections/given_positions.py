"""A position as a client gives it: with its datum and accuracy, turned into WGS-84 only where it is one on earth."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from grid.positions import Datum, Position


@dataclass(frozen=True, slots=True)
class GivenPosition:
    """Latitude and longitude in degrees in the client's own datum; accuracy as the phone estimates it."""

    latitude: float
    longitude: float
    datum: Datum = Datum.WGS84
    accuracy_metres: float | None = None

    def to_position(self) -> Position:
        """The WGS-84 position; what is nowhere on earth stays as it is, for the rules to refuse by name."""
        try:
            return Position.given(self.latitude, self.longitude, self.datum)
        except ValueError:
            return Position(self.latitude, self.longitude)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)
