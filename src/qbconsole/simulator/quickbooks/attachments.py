"""Attachables: notes and files on records; uploads as multipart, downloads by short-lived link (quickbooks.md 8.12)."""

from __future__ import annotations

import base64
import re
import secrets
import time
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import kinds, wire
from qbconsole.simulator.quickbooks.fault import Fault, bad_reference, business, missing

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]
FIRST_ID = 5_000_000_000_000_503_624
"""Attachables have ids of nineteen digits (quickbooks.md 8.12)."""
LINK_SECONDS = 900
"""How long a download link is good for, of real time."""
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?')
_NAME = re.compile(r'name="file_(metadata|content)_(\w+)"')


def complete(company: Company, record: Record) -> Record:
    """Fill in an attachable: a note, or the data of a file; what it hangs on must exist."""
    if not record.get("Note") and not record.get("FileName"):
        raise missing("FileName")
    references = []
    for reference in record.get("AttachableRef") or []:
        entity = reference.get("EntityRef") or {}
        kind = kinds.BY_PATH.get(str(entity.get("type") or entity.get("Type") or "").lower())
        if kind is None or company.shelf(kind).get(str(entity.get("value"))) is None:
            raise bad_reference(kind or "Attachables", str(entity.get("value")))
        named = {"type": kind, "value": str(entity["value"])}
        references.append({"IncludeOnSend": False, **reference, "EntityRef": named})
    if references:
        record["AttachableRef"] = references
    return record


def upload(company: Company, media: str, body: bytes) -> list[Record]:
    """Answer an upload: one entry for each file, an attachable or a fault; the answer is 200 either way.

    Raises:
        Fault: the body is not multipart.
    """
    boundary = _BOUNDARY.search(media)
    if boundary is None:
        raise Fault("1050", "Wrong content type", "An upload must be multipart/form-data.", "")
    parts: dict[str, dict[str, tuple[str, bytes]]] = {}
    for headers, content in _parts(body, boundary[1].encode()):
        if named := _NAME.search(headers):
            parts.setdefault(named[2], {})[named[1]] = (headers, content)
    return [_uploaded(company, files) for _, files in sorted(parts.items())]


def _parts(body: bytes, boundary: bytes) -> list[tuple[str, bytes]]:
    """Headers and content of each part; clients separate lines with CRLF or with LF alone."""
    found = []
    for part in re.split(rb"(?:^|\r?\n)--" + re.escape(boundary) + rb"(?:--)?[ \t]*", body):
        headers, split, content = re.sub(rb"^\r?\n", b"", part).partition(_blank(part))
        if split:
            found.append((headers.decode("utf-8", "replace"), content))
    return found


def _blank(part: bytes) -> bytes:
    return b"\r\n\r\n" if b"\r\n\r\n" in part else b"\n\n"


def _uploaded(company: Company, files: dict[str, tuple[str, bytes]]) -> Record:
    try:
        headers, content = files["content"]
        if "base64" in headers.lower():
            content = base64.b64decode(content)
        body = wire.loads(files["metadata"][1]) if "metadata" in files else {}
        if not content:
            raise business("The file is empty.")
        name = re.search(r'filename="([^"]*)"', headers)
        media = re.search(r"content-type:\s*([^\s;]+)", headers, re.IGNORECASE)
        body.setdefault("FileName", name[1] if name else "attachment")
        body.setdefault("ContentType", media[1] if media else "application/octet-stream")
        with company.database.transaction():
            made = company.create("Attachable", {**body, "Size": len(content)})
            stored = {"content": base64.b64encode(content).decode(), "media": made["ContentType"]}
            company.files.put(made["Id"], stored)
            path = f"/v3/company/{company.realm_id}/download/{made['Id']}"
            company.place("Attachable", {**made, "Size": len(content), "FileAccessUri": path})
        return {"Attachable": company.read("Attachable", made["Id"])}
    except Fault as fault:
        return {"Fault": fault.body()}
    except (KeyError, ValueError):
        return {"Fault": business("The upload holds no file that can be read.").body()}


def link(company: Company, attachable_id: str, base: str) -> str:
    """A short-lived URL of a file's content.

    Raises:
        Fault: 610, there is no such file.
    """
    company.read("Attachable", attachable_id)
    if company.files.get(attachable_id) is None:
        raise business("The attachable has no file.")
    key = secrets.token_urlsafe(24)
    with company.database.transaction():
        company.files.put(f"link:{key}", {"id": attachable_id, "until": time.time() + LINK_SECONDS})
    return f"{base}/attachments/{key}"


def fetched(company: Company, key: str) -> tuple[bytes, str] | None:
    """The content and media type behind a link, or None when it has run out."""
    granted = company.files.get(f"link:{key}")
    if granted is None or time.time() > granted["until"]:
        return None
    stored = company.files.get(granted["id"])
    return (base64.b64decode(stored["content"]), stored["media"]) if stored else None


def shown(company: Company, record: Record, base: str) -> Record:
    """An attachable as it is answered, with a link if it has a file."""
    if company.files.get(record["Id"]) is None:
        return record
    return {**record, "TempDownloadUri": link(company, record["Id"], base)}
