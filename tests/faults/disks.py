"""Disks that are full, and disks that fail, for one process of a test."""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import platform
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SYNCS = {"x86_64": (74, 75), "aarch64": (82, 83)}
"""The numbers of fsync and fdatasync, by machine."""
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_FAIL, _ALLOW = 0x00050000, 0x7FFF0000


class _Step(ctypes.Structure):
    _fields_ = (("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte), ("value", ctypes.c_uint))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.POINTER(_Step)))


def fail_every_sync() -> bool:
    """From now on every fsync and fdatasync of this process fails with EIO (seccomp); False where that cannot be."""
    numbers = _SYNCS.get(platform.machine())
    if sys.platform != "linux" or numbers is None:
        return False
    library = ctypes.CDLL(None, use_errno=True)
    steps = (_Step * 5)(
        _Step(_LOAD, 0, 0, 0),
        _Step(_EQUAL, 1, 0, numbers[0]),
        _Step(_EQUAL, 0, 1, numbers[1]),
        _Step(_RETURN, 0, 0, _FAIL | errno.EIO),
        _Step(_RETURN, 0, 0, _ALLOW),
    )
    program = _Program(len(steps), steps)
    if library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return False
    return bool(library.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program)) == 0)


@functools.cache
def syncs_can_fail() -> bool:
    """Whether `fail_every_sync` works here; tried in a process of its own, for it cannot be taken back."""
    words = "import sys; from tests.faults.disks import fail_every_sync; sys.exit(not fail_every_sync())"
    return subprocess.run([sys.executable, "-c", words], check=False).returncode == 0


@functools.cache
def small_disks() -> bool:
    """Whether this user may mount a small disk in a namespace of its own."""
    return _on_small_disk(["true"], "/mnt", 1).returncode == 0


def on_small_disk(command: Sequence[str], at: Path, megabytes: int) -> subprocess.CompletedProcess[str]:
    """Run a command to which a folder is an empty disk of that size; nobody else sees it."""
    return _on_small_disk(command, str(at), megabytes)


def _on_small_disk(command: Sequence[str], at: str, megabytes: int) -> subprocess.CompletedProcess[str]:
    mount = 'mount -t tmpfs -o size="$1"m none "$0" && shift && exec "$@"'
    words = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, at, str(megabytes), *command]
    try:
        return subprocess.run(words, check=False, capture_output=True, text=True, env=dict(os.environ))
    except FileNotFoundError:
        return subprocess.CompletedProcess(words, 127, "", "")
