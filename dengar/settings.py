"""All settings: `dengar.toml`, overridden by environment variables DENGAR_*. Nothing else reads the environment."""

import os
import re
import secrets
import stat
import tomllib
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from dengar.errors import BadSettings
from dengar.models import Origin

CONFIG_VARIABLE = "DENGAR_CONFIG"
AUTHOR_KEY_BYTES = 32
SHORTEST_KEY = 16
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_DURATION = re.compile(r"(\d{1,6}) ?(s|seconds?|m|min|minutes?|h|hours?|d|days?)")
_SECRET = re.compile(r"secret|password|token|key|uri", re.IGNORECASE)  # a wrong one is not shown either
_ARCHIVE_HEAD, _ARCHIVE_TYPE, _RASTER_TYPES = 127, 99, frozenset({2, 3, 4, 5})  # bytes of PMTiles' specification
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class WebSettings(BaseModel):
    """Where the web pages are served."""

    model_config = ConfigDict(extra="forbid")

    host: str = Field(default="127.0.0.1", description="Address to listen on; 0.0.0.0 for every interface.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on.")
    public_url: str = Field(
        default="", pattern=r"^(https?://\S+)?$", description="Where residents open this site; told in replies."
    )
    contact: str = Field(default="", description="Whom residents ask to delete their data; told on the privacy page.")
    trusted_proxies: tuple[str, ...] = Field(
        default=(), description="Addresses or networks whose X-Forwarded-For is believed."
    )
    basemap: Path | None = Field(default=None, description="A PMTiles archive of raster tiles, shown beneath the maps.")
    tiles: str = Field(
        default="",
        pattern=r"^(https?://\S*\{z\}\S*)?$",
        description="Address of raster tiles such as https://tiles.example.org/{z}/{x}/{y}.png; an archive goes first.",
    )
    tiles_attribution: str = Field(default="", description="Who made these tiles, shown in a corner of the maps.")

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies_are_networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for one in proxies:
            ip_network(one)  # a wrong one would be taken for a name and never match
        return proxies

    @field_validator("basemap")
    @classmethod
    def _archive_can_be_drawn(cls, path: Path | None) -> Path | None:
        if path is not None:
            _check_archive(path)
        return path


def _check_archive(path: Path) -> None:
    """Raise ValueError, with what to do, for anything but a PMTiles archive (version 3) of raster tiles."""
    try:
        with path.open("rb") as file:
            head = file.read(_ARCHIVE_HEAD)
    except OSError as error:
        raise ValueError(f"it should be a file that can be read ({error.strerror})") from error
    if len(head) < _ARCHIVE_HEAD or not head.startswith(b"PMTiles\x03"):
        raise ValueError("it should be a PMTiles archive (version 3)")
    if head[_ARCHIVE_TYPE] not in _RASTER_TYPES:
        raise ValueError("these maps draw no vector tiles: it should be an archive of PNG, JPEG or WebP tiles")


class WaterSettings(BaseModel):
    """Where levels of water come from: JSON or CSV at an address, and what its fields are called."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(default="", pattern=r"^(https?://\S+)?$", description="Address of the levels; empty: none.")
    every: str = Field(default="10 minutes", description="How often they are asked for.")
    rows: str = Field(default="", description="Where the list stands in a JSON object, such as data.items.")
    gate: str = Field(default="gate", description="Field with the gate's name.")
    at: str = Field(default="at", description="Field with the time of the reading; without a zone: Jakarta's.")
    cm: str = Field(default="cm", description="Field with the level in cm.")
    weather: str = Field(default="weather", description="Field with the weather, where there is one.")

    @field_validator("every")
    @classmethod
    def _every_is_a_duration(cls, every: str) -> str:
        read_duration(every)
        return every


class Settings(BaseSettings):
    """The whole configuration, with its defaults.

    `sources` are named sections `[sources.NAME]`, each with `collector` and that collector's own fields, `targets`
    `[targets.NAME]` with `sender`; secrets are best given as `DENGAR_SOURCES__NAME__PASSWORD` and the like.
    """

    model_config = SettingsConfigDict(env_prefix="DENGAR_", env_nested_delimiter="__", extra="forbid")

    data_dir: Path = Field(default=Path("data"), description="Folder for the embedded database and keys.")
    mongodb_uri: SecretStr | None = Field(
        default=None, description="Address of a MongoDB replica set; left out: the embedded one in the data folder."
    )
    database: str = Field(default="dengar", pattern=r"^[A-Za-z0-9_-]{1,38}$", description="Name of the database.")
    author_key: SecretStr | None = Field(
        default=None, description="Secret for authors' pseudonyms; left out: made once, kept in the data folder."
    )
    model_dir: Path | None = Field(default=None, description="Folder of the trained classifier.")
    rules: Path | None = Field(default=None, description="A routing rules file; left out: Jakarta's.")
    gazetteer_dir: Path | None = Field(default=None, description="Folder of imported names and boundaries.")
    web: WebSettings = Field(default_factory=WebSettings, description="The web pages.")
    water: WaterSettings = Field(default_factory=WaterSettings, description="Levels of water.")
    sources: dict[str, dict[str, Any]] = Field(default_factory=dict, description="What is listened to.", repr=False)
    targets: dict[str, dict[str, Any]] = Field(default_factory=dict, description="Who is told.", repr=False)

    @field_validator("sources", "targets")
    @classmethod
    def _names_are_plain(cls, sections: dict[str, dict[str, Any]], info: ValidationInfo) -> dict[str, dict[str, Any]]:
        for name in sections:
            if not _NAME.fullmatch(name):
                kind = str(info.field_name).removesuffix("s")
                raise ValueError(f"{name!r} is no {kind} name: use small letters, digits and _")
        return sections

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **__: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read what the caller gave first, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=config_path())


def config_path() -> Path:
    """Say where the configuration file is: $DENGAR_CONFIG, or dengar.toml in the current folder."""
    return Path(os.environ.get(CONFIG_VARIABLE, "dengar.toml"))


def load_settings(**given: Any) -> Settings:  # noqa: ANN401  pydantic checks the values
    """Read the settings; raises BadSettings with one sentence for each wrong value."""
    unknown = [name for name in os.environ if name.startswith("DENGAR_") and not _is_setting(name)]
    if unknown:
        raise BadSettings([f"{name}: there is no such setting: correct the name or unset it." for name in unknown])
    try:
        return Settings(**given)
    except ValidationError as error:
        raise BadSettings(explain(error)) from error
    except SettingsError as error:
        raise BadSettings([f"The environment cannot be read: {error}."]) from error
    except (OSError, ValueError) as error:
        raise BadSettings([f"{config_path()} cannot be read: {error}"]) from error


def find_origin(path: Sequence[str]) -> Origin:
    """Say where the setting with these names, one within the other, comes from."""
    variables = {"DENGAR_" + "__".join(path[:length]).upper() for length in range(1, len(path) + 1)}
    if any(name.upper() in variables for name in os.environ):
        return "environment"
    if not config_path().is_file():
        return "default"
    found: object = tomllib.loads(config_path().read_text(encoding="utf-8"))
    for name in path:
        if not isinstance(found, dict) or name not in found:
            return "default"
        found = found[name]
    return "file"


def _is_setting(variable: str) -> bool:
    name = variable.removeprefix("DENGAR_").lower().partition("__")[0]
    return variable == CONFIG_VARIABLE or name in Settings.model_fields


def explain(error: ValidationError, under: str = "") -> list[str]:
    """Say in one sentence for each problem which setting is wrong and what it should be."""
    sentences = []
    for problem in error.errors(include_url=False):
        name = ".".join([*([under] if under else []), *map(str, problem["loc"])])
        value = None if _SECRET.search(name) else problem["input"]
        sentences.append(f"{name or 'The configuration'}: {_reason(problem['type'], problem['msg'], value)}")
    return sentences


def _reason(kind: str, message: str, value: object) -> str:
    if kind == "extra_forbidden":
        return "there is no such setting: correct the name or remove it."
    if kind == "missing":
        return "this setting is needed and has no value."
    if kind in {"model_type", "dict_type"}:
        return "this is a section with settings of its own, not one value."
    if kind == "path_type":
        message = "Input should be a path in quotes"
    shown = "" if value is None or isinstance(value, dict) else f", not {value!r}"
    return f"{message.removeprefix('Value error, ').rstrip('.')}{shown}."


def explain_file(error: OSError) -> str:
    """Say in one sentence which file or folder cannot be used, and what to do."""
    where = Path(os.fsdecode(error.filename)).absolute()
    if isinstance(error, FileNotFoundError):
        return f"{where} does not exist: create it or correct the path."
    return f"{where} cannot be used ({error.strerror}): let this user read and write it, or choose another place."


def read_duration(text: str) -> timedelta:
    """Read `30 seconds`, `5 minutes`, `2h`; raises ValueError for anything else and for zero."""
    found = _DURATION.fullmatch(text.strip().lower())
    if found is None or int(found[1]) == 0:
        raise ValueError(f"{text!r} is no duration: write for example '30 seconds', '5 minutes' or '2 hours'")
    return timedelta(**{_UNITS[found[2][0]]: int(found[1])})


def load_author_key(settings: Settings) -> bytes:
    """Give the key for pseudonyms; made once in the data folder, readable by its owner alone.

    Raises BadSettings for a key that is too short, or a file that others can read.
    """
    if settings.author_key is not None:
        key = settings.author_key.get_secret_value().encode()
        if len(key) < SHORTEST_KEY:
            raise BadSettings([f"author_key: it needs at least {SHORTEST_KEY} characters."])
        return key
    path = settings.data_dir / "author.key"
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _write_secret(path, secrets.token_bytes(AUTHOR_KEY_BYTES))
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise BadSettings([f"{path} can be read by others: run chmod 600 {path}."])
    key = path.read_bytes()
    if len(key) < SHORTEST_KEY:
        raise BadSettings([f"{path} is too short: put its backup back, or delete it to begin with new pseudonyms."])
    return key


def _write_secret(path: Path, data: bytes) -> None:
    """Write the file whole or not at all, so that a crash leaves no half key behind."""
    draft = path.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
