"""Python's cryptography as the reader of encrypted assertions: every method, by hand."""

import base64
import json
import sys
import xml.etree.ElementTree as tree

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

XENC = "{http://www.w3.org/2001/04/xmlenc#}"
XENC11 = "{http://www.w3.org/2009/xmlenc11#}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
DIGESTS = {
    "http://www.w3.org/2000/09/xmldsig#sha1": hashes.SHA1,
    "http://www.w3.org/2001/04/xmlenc#sha256": hashes.SHA256,
}
MASKS = {"http://www.w3.org/2009/xmlenc11#mgf1sha256": hashes.SHA256}
KEY_BYTES = {
    "http://www.w3.org/2009/xmlenc11#aes128-gcm": 16,
    "http://www.w3.org/2009/xmlenc11#aes256-gcm": 32,
}


def opened(key, text):
    """The assertion in a response."""
    data = tree.fromstring(text).find(f".//{XENC}EncryptedData")
    wrapped = data.find(f".//{XENC}EncryptedKey")
    method = wrapped.find(f"{XENC}EncryptionMethod")
    digest = DIGESTS[method.find(f"{DS}DigestMethod").get("Algorithm")]
    mask = method.find(f"{XENC11}MGF")
    mask = hashes.SHA1 if mask is None else MASKS[mask.get("Algorithm")]
    value = f"{XENC}CipherData/{XENC}CipherValue"
    content_key = key.decrypt(
        base64.b64decode(wrapped.find(value).text),
        padding.OAEP(mgf=padding.MGF1(mask()), algorithm=digest(), label=None),
    )
    algorithm = data.find(f"{XENC}EncryptionMethod").get("Algorithm")
    assert len(content_key) == KEY_BYTES[algorithm], algorithm
    sealed = base64.b64decode(data.find(value).text)
    return AESGCM(content_key).decrypt(sealed[:12], sealed[12:], None).decode()


def main():
    argument = json.loads(sys.argv[1])
    key = serialization.load_der_private_key(base64.b64decode(argument["key"]), None)
    print(json.dumps([opened(key, text) for text in argument["documents"]]))


main()
