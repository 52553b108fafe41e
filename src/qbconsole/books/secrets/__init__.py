"""Secrets of a book: where its keys and tokens are kept, and how strongly. Never in a log, never in plain text.

A book's setting `secrets` says where: the desktop's keyring, an encrypted file, or for simulator books a file of their
own. The environment may give keys beside (docs/decisions/0007).
"""

from qbconsole.books.secrets.base import KEYS, Kind, Secrets
from qbconsole.books.secrets.desktop import KeyringSecrets
from qbconsole.books.secrets.opening import best_kind, forget, move, secrets_of
from qbconsole.books.secrets.sealed import SealedSecrets
from qbconsole.books.secrets.simulator import SimulatorSecrets, is_loopback

__all__ = [
    "KEYS",
    "KeyringSecrets",
    "Kind",
    "SealedSecrets",
    "Secrets",
    "SimulatorSecrets",
    "best_kind",
    "forget",
    "is_loopback",
    "move",
    "secrets_of",
]
