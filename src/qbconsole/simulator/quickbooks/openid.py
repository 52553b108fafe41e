"""Intuit's OpenID Connect: the discovery document, who signed in, and signed proof of it (quickbooks.md 1.1)."""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

if TYPE_CHECKING:
    from qbconsole.simulator.database import Database

ISSUER = "https://oauth.platform.intuit.com/op/v1"
SCOPES = (
    "openid",
    "profile",
    "email",
    "phone",
    "address",
    "com.intuit.quickbooks.accounting",
    "com.intuit.quickbooks.payment",
    "project-management.project",
    "app-foundations.custom-field-definitions",
    "app-foundations.custom-field-definitions.read",
    "payroll.compensation.read",
    "indirect-tax.tax-calculation.quickbooks",
)
"""Every scope that an app may ask for (quickbooks.md 1.3)."""
ID_TOKEN_SECONDS = 3600
_KEY_ID = "simulator-1"


def discovery(root: str) -> dict[str, Any]:
    """The discovery document of a server at a root URL."""
    return {
        "issuer": ISSUER,
        "authorization_endpoint": f"{root}/connect/oauth2",
        "token_endpoint": f"{root}/oauth2/v1/tokens/bearer",
        "userinfo_endpoint": f"{root}/v1/openid_connect/userinfo",
        "revocation_endpoint": f"{root}/v2/oauth2/tokens/revoke",
        "jwks_uri": f"{root}/op/v1/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": list(SCOPES),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
    }


def userinfo(subject: str, scopes: list[str]) -> dict[str, Any]:
    """Who consented, as much of it as the scopes open."""
    parts: dict[str, dict[str, Any]] = {
        "profile": {"givenName": "Robin", "familyName": "Field"},
        "email": {"email": "robin@books.example", "emailVerified": True},
        "phone": {"phoneNumber": "+1 5125550100", "phoneNumberVerified": False},
        "address": {
            "address": {
                "streetAddress": "1 Main St",
                "locality": "Austin",
                "region": "TX",
                "postalCode": "78701",
                "country": "US",
            }
        },
    }
    return {"sub": subject} | {
        name: value for scope, part in parts.items() if scope in scopes for name, value in part.items()
    }


class Signer:
    """Signs id tokens; its key is made when first needed and kept in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept = database.collection("qbo.oauth")

    def id_token(self, *, subject: str, client_id: str, realm_id: str) -> str:
        """Proof that the subject signed in to this client, on real time."""
        now = int(time.time())
        claims = {
            "sub": subject,
            "aud": [client_id],
            "realmid": realm_id,
            "auth_time": now,
            "iss": ISSUER,
            "exp": now + ID_TOKEN_SECONDS,
            "iat": now,
        }
        signed = f"{_part({'kid': _KEY_ID, 'alg': 'RS256'})}.{_part(claims)}"
        signature = self._key().sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_base64(signature)}"

    def jwks(self) -> dict[str, Any]:
        """The public key, with which anybody can check an id token."""
        numbers = self._key().public_key().public_numbers()
        key = {"kty": "RSA", "e": _integer(numbers.e), "use": "sig", "kid": _KEY_ID, "alg": "RS256"}
        return {"keys": [key | {"n": _integer(numbers.n)}]}

    def _key(self) -> rsa.RSAPrivateKey:
        if (kept := self._kept.get("key")) is None:
            made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            text = made.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            kept = {"pem": text.decode()}
            with self._database.transaction():
                self._kept.put("key", kept)
        key = serialization.load_pem_private_key(kept["pem"].encode(), None)
        if not isinstance(key, rsa.RSAPrivateKey):
            message = "the simulator's signing key is no RSA key"
            raise TypeError(message)
        return key


def _part(claims: dict[str, Any]) -> str:
    return _base64(json.dumps(claims, separators=(",", ":")).encode())


def _integer(number: int) -> str:
    return _base64(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
