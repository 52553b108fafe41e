"""TOML files read into typed models, with errors that name the file, the line and the key."""

from __future__ import annotations

import difflib
import re
import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from qbconsole.domain.errors import Configuration

if TYPE_CHECKING:
    from pathlib import Path


class Section(BaseModel):
    """A part of a file: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


ModelT = TypeVar("ModelT", bound=BaseModel)


def load(path: Path, model: type[ModelT]) -> ModelT:
    """Read and validate a file.

    Raises:
        Configuration: it is missing, no TOML, or a key is unknown or has a wrong value; the first such is named.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Configuration(f"{path} does not exist.", next_step="Restore it, or add the book again.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Configuration(f"{path} cannot be read: {error}.") from None
    try:
        found: ModelT = _model(text, model)
    except tomllib.TOMLDecodeError as error:
        last = f"at line {len(text.splitlines())}, the last"
        words = str(error).replace("at end of document", last)
        raise Configuration(f"{path.name}: {words}.", next_step=f"Mend that line of {path}.") from None
    except ValidationError as error:
        raise _explained(path, text, model, error) from None
    return found


@lru_cache(maxsize=256)
def _model(text: str, model: type[ModelT]) -> ModelT:
    """The model of a text; files are read again and again, and values do not change."""
    return model.model_validate(tomllib.loads(text))


def _explained(path: Path, text: str, model: type[BaseModel], error: ValidationError) -> Configuration:
    first = error.errors()[0]
    location = tuple(str(part) for part in first["loc"])
    key = ".".join(location)
    line = find_line(text, location)
    where = f"{path.name}, line {line}" if line else path.name
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(location[-1], _known_keys(model, location[:-1]), n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        return Configuration(f"{where}: unknown key {key!r}.{hint}", next_step=f"Mend it in {path}.")
    said = first["msg"].replace("a valid tuple", "a list in brackets")  # what TOML calls so
    return Configuration(f"{where}: key {key!r}: {said}.", next_step=f"Mend it in {path}.")


def _known_keys(model: type[BaseModel], location: tuple[str, ...]) -> list[str]:
    current: type[BaseModel] = model
    for part in location:
        field = current.model_fields.get(part)
        if field is None or not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)):
            return []
        current = field.annotation
    return list(current.model_fields)


def find_line(text: str, location: tuple[str, ...]) -> int | None:
    """The 1-based line on which a key (or the deepest part of its path that is found) stands in a TOML text."""
    wanted = tuple(part for part in location if not part.isdigit())
    table: tuple[str, ...] = ()
    best: tuple[int, int] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?", line):
            table = tuple(part.strip().strip("\"'") for part in header[1].split("."))
            found = table
        elif pair := re.match(r"\s*([^=#]+?)\s*=", line):
            found = table + tuple(part.strip().strip("\"'") for part in pair[1].split("."))
        else:
            continue
        depth = len(found)
        if found == wanted[:depth] and (best is None or depth > best[0]):
            best = (depth, number)
    return best[1] if best else None
