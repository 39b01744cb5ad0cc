"""python3-saml as a service provider: strict sign-on, encrypted assertion, single logout."""

import base64
import json
import sys
import urllib.parse

import requests
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.logout_request import OneLogin_Saml2_Logout_Request
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from browser import Browser, Left, register
from saml_keys import key_pair

PORT = 9103


def request(path, query=None, form=None):
    """What a web application tells python3-saml of a request."""
    return {
        "https": "off",
        "http_host": f"127.0.0.1:{PORT}",
        "server_port": str(PORT),
        "script_name": path,
        "get_data": query or {},
        "post_data": form or {},
        "query_string": urllib.parse.urlencode(query or {}),
        "validate_signature_from_qs": True,
    }


def main():
    argument = json.loads(sys.argv[1])
    idp = requests.get(argument["metadata_url"], timeout=120).text
    base = f"http://127.0.0.1:{PORT}"
    key, certificate = key_pair("onelogin")
    settings = {
        "strict": True,
        "sp": {
            "entityId": f"{base}/metadata",
            "assertionConsumerService": {"url": f"{base}/acs"},
            "singleLogoutService": {"url": f"{base}/slo"},
            "NameIDFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
            "x509cert": certificate,
            "privateKey": key,
        },
        "security": {
            "authnRequestsSigned": True,
            "logoutRequestSigned": True,
            "logoutResponseSigned": True,
            "wantMessagesSigned": True,
            "wantAssertionsSigned": True,
            "wantAssertionsEncrypted": True,
            "wantNameId": True,
            "rejectDeprecatedAlgorithm": True,
            "requestedAuthnContext": True,
            "signatureAlgorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "digestAlgorithm": "http://www.w3.org/2001/04/xmlenc#sha256",
        },
    }
    settings = OneLogin_Saml2_IdPMetadataParser.merge_settings(
        settings, OneLogin_Saml2_IdPMetadataParser.parse(idp)
    )
    metadata = OneLogin_Saml2_Settings(settings, sp_validation_only=True).get_sp_metadata()
    if isinstance(metadata, bytes):
        metadata = metadata.decode()
    made = register(argument, "/saml-sps", {"name": "onelogin", "metadata": metadata})
    spec = {**made["spec"], "response_signed": True}
    body = {"spec": spec, "base_revision": made["revision"]}
    register(argument, "/resources/saml-sp/onelogin", body, "put")

    browser = Browser(argument["base"], argument["username"], argument["password"])
    result = {"encrypts": spec["encrypt_assertion"]}
    auth = OneLogin_Saml2_Auth(request("/login"), settings)
    left = browser.open(auth.login(return_to=f"{base}/trang"))
    begun_id = auth.get_last_request_id()
    assert isinstance(left, Left), left.text
    auth = OneLogin_Saml2_Auth(request("/acs", form=left.fields), settings)
    auth.process_response(request_id=begun_id)
    raw = base64.b64decode(left.fields["SAMLResponse"]).decode()
    result["sealed"] = "EncryptedAssertion" in raw and argument["username"] not in raw
    result["errors"] = auth.get_errors()
    result["reason"] = auth.get_last_error_reason()
    result["authenticated"] = auth.is_authenticated()
    result["name_id"] = auth.get_nameid()
    result["attributes"] = auth.get_attributes()
    result["relay_state"] = left.fields.get("RelayState")

    begun = OneLogin_Saml2_Auth(request("/logout"), settings)
    target = begun.logout(
        name_id=auth.get_nameid(),
        session_index=auth.get_session_index(),
        name_id_format=auth.get_nameid_format(),
        nq=auth.get_nameid_nq(),
        spnq=auth.get_nameid_spnq(),
        return_to=f"{base}/xong",
    )
    left = browser.open(target)
    assert isinstance(left, Left), left.text
    query_string = urllib.parse.urlsplit(left.url).query
    data = request("/slo", query=left.query)
    data["query_string"] = query_string
    done = OneLogin_Saml2_Auth(data, settings)
    done.process_slo(keep_local_session=True, request_id=begun.get_last_request_id())
    result["logout_errors"] = done.get_errors()
    result["logout_reason"] = done.get_last_error_reason()
    result["signed_in_after_logout"] = browser.is_signed_in()

    # Begun at the site's own page: the name in the request is sealed too.
    auth = OneLogin_Saml2_Auth(request("/login"), settings)
    left = browser.open(auth.login())
    auth_again = OneLogin_Saml2_Auth(request("/acs", form=left.fields), settings)
    auth_again.process_response(request_id=auth.get_last_request_id())
    left = browser.sign_out()
    assert isinstance(left, Left), left.text
    data = request("/slo", query=left.query)
    data["query_string"] = urllib.parse.urlsplit(left.url).query
    asked = OneLogin_Saml2_Auth(data, settings)
    back = asked.process_slo(keep_local_session=True)
    xml = OneLogin_Saml2_Utils.decode_base64_and_inflate(left.query["SAMLRequest"])
    result["sealed_logout"] = b"EncryptedID" in xml and b"<saml:NameID" not in xml
    key = asked.get_settings().get_sp_key()
    name = OneLogin_Saml2_Logout_Request.get_nameid(xml, key)
    result["named_at_logout"] = name == auth_again.get_nameid()
    result["own_logout_errors"] = asked.get_errors()
    result["own_logout_reason"] = asked.get_last_error_reason()
    page = browser.open(back)
    result["own_logout"] = page.url
    print(json.dumps(result))


main()
