"""Authlib as a web application: discovery, registration, sign-on, renewal, sign-out."""

import base64
import json
import sys

import requests
from authlib.integrations.base_client import BaseApp, OAuthError
from authlib.integrations.base_client.sync_app import OAuth2Mixin
from authlib.integrations.base_client.sync_openid import OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session

from browser import Browser, Left

ADDRESS = "http://127.0.0.1:9104/vao"
AFTER_LOGOUT = "http://127.0.0.1:9104/ra"
SCOPE = "openid profile email offline_access"


class App(OAuth2Mixin, OpenIDMixin, BaseApp):
    """What Authlib's integrations with web frameworks are made of, without a framework."""

    client_cls = OAuth2Session


def refusal(act):
    try:
        act()
    except OAuthError as error:
        return error.error
    return "accepted"


def main():
    argument = json.loads(sys.argv[1])
    discovery = argument["base"] + "/.well-known/openid-configuration"
    metadata = requests.get(discovery, timeout=60).json()
    registrar = OAuth2Session(token={"access_token": argument["token"], "token_type": "Bearer"})
    answer = registrar.post(
        metadata["registration_endpoint"],
        json={
            "client_name": "Authlib",
            "redirect_uris": [ADDRESS],
            "post_logout_redirect_uris": [AFTER_LOGOUT],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "client_secret_post",
            "id_token_signed_response_alg": "EdDSA",
        },
        timeout=120,
    )
    assert answer.status_code == 201, answer.text
    made = answer.json()
    app = App(
        None,
        name="lgsp",
        client_id=made["client_id"],
        client_secret=made["client_secret"],
        server_metadata_url=discovery,
        client_kwargs={
            "scope": SCOPE,
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": made["token_endpoint_auth_method"],
            "revocation_endpoint_auth_method": made["token_endpoint_auth_method"],
        },
    )
    browser = Browser(argument["base"], argument["username"], argument["password"])

    def authorise(**more):
        asked = app.create_authorization_url(ADDRESS, **more)
        left = browser.open(asked["url"])
        assert isinstance(left, Left), left.text
        assert left.query["state"] == asked["state"]
        assert left.query["iss"] == metadata["issuer"]
        return asked, left.query

    def redeem(asked, query, verifier):
        return app.fetch_access_token(ADDRESS, code=query["code"], code_verifier=verifier)

    asked, query = authorise(prompt="consent")
    token = redeem(asked, query, asked["code_verifier"])
    user = app.parse_id_token(token, nonce=asked["nonce"])
    info = app.userinfo(token=token)
    header = token["id_token"].split(".")[0]
    result = {
        "sign_ins": browser.signed_in,
        "consents": browser.consented,
        "alg": json.loads(base64.urlsafe_b64decode(header + "=="))["alg"],
        "same_sub": info["sub"] == user["sub"],
        "username": info["preferred_username"],
        "email": info["email"],
        "name": info["name"],
    }
    asked, query = authorise()
    result["asked_again"] = browser.consented > 1
    result["wrong_verifier"] = refusal(lambda: redeem(asked, query, "x" * 48))
    result["passive"] = authorise(prompt="none")[1].get("code") is not None

    with app._get_oauth_client(**app.load_server_metadata()) as session:
        # Authlib tells the application of new tokens; this one keeps none.
        session.update_token = None

        def renew(held):
            return dict(session.refresh_token(refresh_token=held["refresh_token"]))

        second = renew(token)
        result["rotated"] = second["refresh_token"] != token["refresh_token"]
        # A renewed identity token answers no request of a browser and carries no nonce.
        renewed = app.parse_id_token(second, nonce=None)
        result["renewed_sub"] = renewed["sub"] == user["sub"]
        third = renew(second)
        result["renewed_info"] = app.userinfo(token=third)["sub"] == user["sub"]
        result["reused"] = refusal(lambda: renew(token))
        result["after_reuse"] = refusal(lambda: renew(third))

        asked, query = authorise()
        last = redeem(asked, query, asked["code_verifier"])
        revoking = session.revoke_token(
            metadata["revocation_endpoint"], token=last["refresh_token"]
        )
        assert revoking.status_code == 200, revoking.text
        result["revoked"] = refusal(lambda: renew(last))

    out = app.create_logout_url(AFTER_LOGOUT, id_token_hint=token["id_token"])
    left = browser.open(out["url"])
    result["logged_out"] = (
        isinstance(left, Left)
        and left.url.startswith(AFTER_LOGOUT)
        and left.query["state"] == out["state"]
    )
    result["signed_in_after_logout"] = browser.is_signed_in()
    print(json.dumps(result))


main()
