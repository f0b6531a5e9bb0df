"""What a server is made of, put together: the networks, painting with them, and looking at their units."""

from __future__ import annotations

from dataclasses import dataclass

from dissect_core.system.devices import pick_device
from server.catalog import load_catalog
from server.painting.studio import Studio, make_studio
from server.settings import Settings
from server.units.inspector import Looking


@dataclass(frozen=True, eq=False)
class Services:
    """Everything that handlers ask."""

    studio: Studio
    looking: Looking

    def open(self) -> None:
        """Start every thread; if one cannot be, stop those that were."""
        try:
            self.studio.open()
            self.looking.open()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Stop every thread."""
        try:
            self.looking.close()
        finally:
            self.studio.close()


def load_services(settings: Settings) -> Services:
    """Read and verify everything; nothing is open yet.  Raises UnitbrushError naming the file."""
    catalog, networks = load_catalog(settings.precomputed_path, pick_device(settings.device))
    studio = make_studio(settings, catalog, networks)
    return Services(studio, Looking(studio, networks))
