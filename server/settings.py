"""Every limit and path of the server, each with a sentence and its unit in its name.

Set one with an environment variable, `UNITBRUSH_` before its name in capitals: `UNITBRUSH_MAX_STROKES=100`.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from dissect_core.errors import UnitbrushError
from dissect_core.system.places import PRECOMPUTED, REPOSITORY

PREFIX = "UNITBRUSH_"


class Settings(BaseSettings):
    """The settings of one server; immutable, read from the environment where not given."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    host: str = Field("127.0.0.1", description="The address to listen on; the default is reachable from here only.")
    root_path: str = Field(
        "",
        pattern=r"^(/[A-Za-z0-9._~-]+)*$",
        description="Where a proxy shows us, like /lab; one that sends X-Forwarded-Prefix needs no setting.",
    )
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    precomputed_path: Path = Field(
        PRECOMPUTED, description="The folder with the networks, their dissections and brushes."
    )
    frontend_path: Path = Field(REPOSITORY / "frontend", description="The folder with the templates and static files.")
    device: str = Field("auto", description="Where networks run: auto (a GPU if there is one), cpu, cuda or cuda:1.")
    development: bool = Field(
        False, description="Look for changed static files and templates at every page view, for working on the page."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="How much is logged: debug, info (every request), warning or error."
    )

    torch_threads: int = Field(0, ge=0, le=256, description="Threads of one pass on a CPU; 0 takes one per core.")
    encode_threads: int = Field(2, ge=1, le=64, description="Threads that read masks and encode pictures.")
    max_batch_images: int = Field(8, ge=1, le=256, description="Most pictures rendered in one pass.")
    max_waiting_renders: int = Field(
        128, ge=1, description="Most renders waiting for one network; more are refused with status 503."
    )
    max_waiting_looks: int = Field(
        32, ge=1, description="Most questions about units waiting for the networks; more are refused with status 503."
    )
    render_timeout_seconds: float = Field(
        30.0, gt=0, description="Longest wait for one picture; then the answer is status 504."
    )
    max_wait_seconds: float = Field(
        5.0, gt=0, description="Longest wait expected at the present pace; whoever would wait longer gets status 503."
    )
    max_draft_wait_seconds: float = Field(
        1.0, gt=0, description="The same for a stroke that is still being drawn, so that finished strokes find room."
    )

    max_body_bytes: int = Field(8 * 2**20, ge=1024, description="Largest body of a request; a larger one gets 413.")
    max_bodies_mebibytes: int = Field(
        64, ge=1, description="Memory for the bodies above 256 KiB of all requests together; beyond it they get 503."
    )
    max_connections: int = Field(
        1000, ge=1, description="Most connections at once, live previews included; fewer where the system allows fewer."
    )
    head_timeout_seconds: float = Field(15.0, gt=0, description="Longest time for the head of a request to arrive.")
    body_timeout_seconds: float = Field(60.0, gt=0, description="Longest time for the body of a request to arrive.")
    answer_timeout_seconds: float = Field(
        60.0, gt=0, description="Longest pause of a client that reads an answer; then its connection ends."
    )
    max_strokes: int = Field(500, ge=1, description="Most strokes in one painting.")
    max_units_per_stroke: int = Field(64, ge=1, description="Most units that one stroke may set.")
    max_level: float = Field(
        4.0, ge=1, description="Highest `level` of a stroke, as a multiple of each unit's 0.99 quantile."
    )
    max_mask_bytes: int = Field(256 * 2**10, ge=64, description="Largest PNG file of a mask.")
    max_mask_side_px: int = Field(512, ge=8, description="Most pixels along a side of a mask.")
    max_picture_side_px: int = Field(2048, ge=8, description="Most pixels along a side of an enlarged picture.")
    max_picture_bytes: int = Field(
        5 * 2**20, ge=1024, description="Largest uploaded picture file, also inside JSON; a larger one gets 413."
    )
    max_picture_pixels: int = Field(
        32_000_000, ge=1, description="Most pixels of an uploaded picture; a larger one is not decompressed."
    )
    min_thumbnail_px: int = Field(16, ge=1, description="Smallest side of a picture that can be asked for.")

    render_cache_mebibytes: int = Field(
        384, ge=0, description="Memory for what each network computed last, in MiB, from which the next stroke starts."
    )
    painting_cache_mebibytes: int = Field(
        64,
        ge=0,
        description="Memory for the strokes of paintings put together, in MiB, over which the next is painted.",
    )
    cached_pictures: int = Field(
        512,
        ge=1,
        description="Unedited pictures kept in memory, and scenes of each classifier; one of 128 pixels takes 48 KiB.",
    )
    cached_examples: int = Field(256, ge=1, description="Encoded example pictures of brushes kept in memory.")
    cached_masks: int = Field(4096, ge=1, description="Masks on a feature grid kept in memory, 1 KiB each.")
    cached_strips: int = Field(
        2048, ge=1, description="Strips of units kept in memory where there is no gallery, 4 KiB each."
    )
    cached_activations: int = Field(
        16, ge=1, description="Layers kept in memory as they were in the last pictures looked at, up to 4 MiB each."
    )
    picture_max_age_seconds: int = Field(
        300, ge=0, description="How long a browser may reuse a picture, or what it was told of units, without asking."
    )

    max_sockets: int = Field(256, ge=1, description="Most live-preview connections at once.")
    max_sockets_per_address: int = Field(
        128, ge=1, description="Most of them from one address, so that nobody alone takes all."
    )
    max_message_bytes: int = Field(2 * 2**20, ge=1024, description="Largest message on a live-preview connection.")
    max_socket_mask_bytes: int = Field(
        8 * 2**20,
        ge=1024,
        description="Masks kept for one live-preview connection; those not used for longest are forgotten.",
    )
    ping_seconds: float = Field(
        20.0, gt=0, description="How often a live-preview connection is checked; a silent one is closed."
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Other sites whose pages may use the live preview, like https://example.org, commas between them.",
    )

    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Names that the server answers to beside addresses, localhost and the computer's own: "
        "lab.example.org or *.example.org, commas between them; * is any.",
    )

    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        ("127.0.0.1", "::1"),
        description="Addresses or networks of proxies whose X-Forwarded-For, -Proto and -Prefix count, with commas.",
    )

    @field_validator("allowed_origins", "allowed_hosts", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Text from the environment, at its commas."""
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def check_variables(names: Iterable[str]) -> None:
    """Refuse a variable that looks like a setting and is none.  Raises UnitbrushError with the nearest name."""
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    for name in names:
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = get_close_matches(name.upper(), known, n=1, cutoff=0.5)
            allowed = f"did you mean {near[0]}?" if near else "see docs/settings.md"
            raise UnitbrushError(f"there is no setting {name}", field=name, value=name, allowed=allowed)
