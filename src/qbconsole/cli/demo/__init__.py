"""`qbconsole demo`: the sample business behind a simulator, for a person or for a scripted bookkeeper."""

from __future__ import annotations

from qbconsole.cli.demo.command import register

__all__ = ["register"]
