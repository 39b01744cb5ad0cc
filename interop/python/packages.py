"""Imports every package that the proofs use; answers what it was asked."""

import json
import sys

import aiosmtpd.controller  # noqa: F401
import authlib.jose  # noqa: F401
import cas  # noqa: F401
import cryptography  # noqa: F401
import httpx2  # noqa: F401
import idpyoidc  # noqa: F401
import joserfc.jws  # noqa: F401
import onelogin.saml2.auth  # noqa: F401
import requests  # noqa: F401
import saml2  # noqa: F401
import schemathesis  # noqa: F401
import scim2_client.engines.httpx2  # noqa: F401
import scim2_tester  # noqa: F401
import signxml  # noqa: F401

print(json.dumps(json.loads(sys.argv[1])))
