"""pysaml2 as two service providers: metadata, sign-on, encryption, single logout both ways."""

import base64
import json
import pathlib
import sys
import tempfile

import requests
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.client import Saml2Client
from saml2.config import SPConfig
from saml2.metadata import create_metadata_string
from saml2.response import StatusNoPassive
from saml2.s_utils import success_status_factory
from saml2.saml import name_id_from_string

from browser import Browser, Forms, Left, register
from saml_keys import key_pair


def key_files(folder, name):
    """A key and its certificate as files."""
    paths = folder / f"{name}.key", folder / f"{name}.pem"
    for path, text in zip(paths, key_pair(name)):
        path.write_text(text)
    return paths


def provider(argument, folder, name, port, logout_binding, name_format, encrypts=False):
    """A service provider, registered from its metadata."""
    base = f"http://127.0.0.1:{port}"
    key, certificate = key_files(folder, name)
    settings = {
        "entityid": f"{base}/metadata",
        "xmlsec_binary": argument["xmlsec1"],
        "key_file": str(key),
        "cert_file": str(certificate),
        "metadata": {"inline": [argument["idp"]]},
        "allow_unknown_attributes": True,
        "service": {
            "sp": {
                "name": f"Ứng dụng {name}",
                "endpoints": {
                    "assertion_consumer_service": [(f"{base}/acs", BINDING_HTTP_POST)],
                    "single_logout_service": [(f"{base}/slo", logout_binding)],
                },
                "authn_requests_signed": True,
                "logout_requests_signed": True,
                "logout_responses_signed": True,
                "want_assertions_signed": True,
                "want_response_signed": False,
                "allow_unsolicited": False,
                "name_id_format": [name_format],
                "signing_algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                "digest_algorithm": "http://www.w3.org/2001/04/xmlenc#sha256",
            }
        },
    }
    if encrypts:
        settings["encryption_keypairs"] = [
            {"key_file": str(key), "cert_file": str(certificate)}
        ]
    config = SPConfig().load(settings)
    text = create_metadata_string(None, config=config, sign=False)
    if isinstance(text, bytes):
        text = text.decode()
    preview = register(argument, "/saml-sps/preview", {"metadata": text})
    assert preview["spec"]["entity_id"] == settings["entityid"], preview
    assert preview["spec"]["requests_signed"], preview
    assert preview["spec"]["encrypt_assertion"] == encrypts, preview
    body = {"name": name, "metadata": text}
    register(argument, "/saml-sps", body)
    return Saml2Client(config=config)


def sign_on(client, browser, **wishes):
    """The way through the browser; gives what pysaml2 accepts."""
    request_id, info = client.prepare_for_authenticate(
        relay_state="về đâu?&=", binding=BINDING_HTTP_REDIRECT, sign=True, **wishes
    )
    left = browser.open(dict(info["headers"])["Location"])
    assert isinstance(left, Left), left.text
    assert left.fields["RelayState"] == "về đâu?&=", left.fields
    response = client.parse_authn_request_response(
        left.fields["SAMLResponse"], BINDING_HTTP_POST, {request_id: "/"}
    )
    return response, left.fields["SAMLResponse"], request_id


def message(left, name):
    """A message that the browser carries, and its state."""
    source = left.fields if left.fields is not None else left.query
    return source[name], source.get("RelayState")


def sealed_name(client, request):
    """The name in a request to sign out that only the application can read."""
    told = client.parse_logout_request(request, BINDING_HTTP_POST).message
    assert told.name_id is None, told
    data = told.encrypted_id.encrypted_data.to_string()
    pair = client.config.encryption_keypairs[0]
    return name_id_from_string(client.sec.decrypt(data, pair["key_file"])).text


def answered(client, request, name_id, state):
    """The answer to such a request: pysaml2 itself compares names in clear only."""
    told = client.parse_logout_request(request, BINDING_HTTP_POST).message
    assert client.local_logout(name_id)
    response = client.create_logout_response(
        told, bindings=[BINDING_HTTP_POST], status=success_status_factory(), sign=True
    )
    to = client.response_args(told, [BINDING_HTTP_POST])
    return client.apply_binding(
        to["binding"], response, to["destination"], state, response=True
    )


def main():
    argument = json.loads(sys.argv[1])
    argument["idp"] = requests.get(argument["metadata_url"], timeout=120).text
    folder = pathlib.Path(tempfile.mkdtemp())
    persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
    first = provider(argument, folder, "pysaml2-a", 9101, BINDING_HTTP_REDIRECT, persistent)
    second = provider(argument, folder, "pysaml2-b", 9102, BINDING_HTTP_POST, persistent, True)
    browser = Browser(argument["base"], argument["username"], argument["password"])
    result = {}

    passive = None
    try:
        sign_on(first, browser, is_passive="true")
    except StatusNoPassive as error:
        passive = type(error).__name__
    result["passive"] = passive
    assert browser.signed_in == 0

    sign_on(first, browser)
    sign_on(first, browser, force_authn="true")
    result["forced"] = browser.signed_in == 2
    response, raw, request_id = sign_on(first, browser)
    result["attributes"] = response.ava
    result["name_id"] = response.name_id.text
    again, _, _ = sign_on(first, browser)
    result["same_name"] = again.name_id.text == result["name_id"]
    other, sealed, _ = sign_on(second, browser)
    sealed = base64.b64decode(sealed).decode()
    result["sealed"] = "EncryptedAssertion" in sealed and "<saml:Assertion" not in sealed
    result["sealed_attributes"] = other.ava
    result["other_name"] = other.name_id.text != result["name_id"]
    result["sign_ins"] = browser.signed_in

    changed = base64.b64decode(raw).replace(argument["username"].encode(), b"ke-gian")
    try:
        first.parse_authn_request_response(
            base64.b64encode(changed).decode(), BINDING_HTTP_POST, {request_id: "/"}
        )
        result["tampered"] = "accepted"
    except Exception as error:
        result["tampered"] = type(error).__name__

    # Begun by the first application, through the second, and back.
    name_id = response.name_id
    (binding, info), = first.global_logout(name_id, sign=True).values()
    assert binding == BINDING_HTTP_REDIRECT, binding
    left = browser.open(dict(info["headers"])["Location"])
    request, state = message(left, "SAMLRequest")
    assert left.url.startswith("http://127.0.0.1:9102/slo"), left.url
    result["sealed_logout"] = sealed_name(second, request) == other.name_id.text
    info = answered(second, request, other.name_id, state)
    location = dict(info["headers"]).get("Location")
    if location:
        left = browser.open(location)
    else:
        (_, action, fields), = Forms(info["data"]).found
        left = browser.open(action, fields)
    answer, _ = message(left, "SAMLResponse")
    assert left.url.startswith("http://127.0.0.1:9101/slo"), left.url
    done = first.parse_logout_request_response(answer, BINDING_HTTP_REDIRECT)
    result["logout"] = done.response.status.status_code.value
    result["signed_in_after_logout"] = browser.is_signed_in()

    # Begun at the site's own page: the application is told through the browser.
    response, _, _ = sign_on(first, browser)
    left = browser.sign_out()
    assert isinstance(left, Left), left.url
    request, state = message(left, "SAMLRequest")
    signature = {name: left.query.get(name) for name in ("SigAlg", "Signature")}
    assert signature["Signature"], left.url
    info = first.handle_logout_request(
        request, response.name_id, BINDING_HTTP_REDIRECT, sign=True, relay_state=state
    )
    page = browser.open(dict(info["headers"])["Location"])
    result["own_logout"] = page.url
    result["signed_in_after_own_logout"] = browser.is_signed_in()
    print(json.dumps(result))


main()
