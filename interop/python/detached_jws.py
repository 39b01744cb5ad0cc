"""Checks a file against its detached signature, with joserfc and by hand with cryptography.

Reads one JSON argument: file, signature (JWS without content), keys (JSON Web Key Set).
Prints one JSON answer: what each of the two says.
"""

import base64
import json
import pathlib
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def unbase64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def by_joserfc(content: bytes, signature: str, keys: dict) -> bool:
    """RFC 7515, appendix F: the content is put back between the dots."""
    header, _, tag = signature.split(".")
    whole = f"{header}.{base64url(content)}.{tag}"
    try:
        proved = jws.deserialize_compact(whole, KeySet.import_key_set(keys), algorithms=["EdDSA", "Ed25519"])
    except BadSignatureError:
        return False
    return proved.payload == content


def by_cryptography(content: bytes, signature: str, keys: dict) -> bool:
    header, _, tag = signature.split(".")
    named = json.loads(unbase64url(header))["kid"]
    key = next(key for key in keys["keys"] if key["kid"] == named)
    public = Ed25519PublicKey.from_public_bytes(unbase64url(key["x"]))
    try:
        public.verify(unbase64url(tag), f"{header}.{base64url(content)}".encode())
    except InvalidSignature:
        return False
    return True


asked = json.loads(sys.argv[1])
content = pathlib.Path(asked["file"]).read_bytes()
answer = {
    "joserfc": by_joserfc(content, asked["signature"], asked["keys"]),
    "cryptography": by_cryptography(content, asked["signature"], asked["keys"]),
}
print(json.dumps(answer))
