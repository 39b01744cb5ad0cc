"""idpyoidc as an application: it discovers, signs on, renews, signs out, hears of sign-outs."""

import http.server
import json
import sys
import threading

import requests
from idpyoidc.client.defaults import DEFAULT_OIDC_SERVICES
from idpyoidc.client.exception import OidcServiceError
from idpyoidc.client.oauth2.stand_alone_client import backchannel_logout
from idpyoidc.client.oidc.registration import Registration
from idpyoidc.client.rp_handler import RPHandler

from browser import Browser, Left, register

KEYS = {"key_defs": [{"type": "EC", "crv": "P-256", "use": ["sig"]}]}
SCOPES = ["openid", "profile", "email", "offline_access"]


class OurRegistration(Registration):
    """idpyoidc derives the grants from the response types, so that renewing is never among them,
    calls `post_logout_redirect_uris` by a name of a draft, and takes the answer's `scope` (a text,
    RFC 7591) for one scope that it does not know."""

    after_logout = []

    def oidc_post_construct(self, request_args=None, **kwargs):
        request = super().oidc_post_construct(request_args, **kwargs)
        request["grant_types"] = ["authorization_code", "refresh_token"]
        request["post_logout_redirect_uris"] = self.after_logout
        return request

    def update_service_context(self, resp, key="", **kwargs):
        del resp["scope"]
        super().update_service_context(resp, key, **kwargs)


class Application(http.server.BaseHTTPRequestHandler):
    """Hears of sign-outs."""

    heard = []

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.heard.append(self.rfile.read(length).decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def refusal(act):
    try:
        act()
    except OidcServiceError as error:
        return str(error)
    return "accepted"


def main():
    argument = json.loads(sys.argv[1])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Application)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    site = f"http://127.0.0.1:{server.server_port}"
    issuer = argument["base"]
    after_logout = site + "/ra"
    OurRegistration.after_logout = [after_logout]

    def with_token(method, url, **more):
        """The first call of an unknown client carries the token that lets it register."""
        if url.endswith("/oauth2/register"):
            bearer = {"Authorization": "Bearer " + argument["token"]}
            more["headers"] = {**(more["headers"] or {}), **bearer}
        return requests.request(method, url, timeout=120, **more)

    handler = RPHandler(
        base_url=site,
        client_configs={
            issuer: {
                "issuer": issuer,
                "client_type": "oidc",
                "redirect_uris": [site + "/vao"],
                "post_logout_redirect_uris": [after_logout],
                "backchannel_logout_uri": site + "/hay",
                "backchannel_logout_session_required": True,
                "response_types_supported": ["code"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                "client_authn_methods": ["client_secret_basic", "bearer_header"],
                "scopes_supported": SCOPES,
                "add_ons": {
                    "pkce": {
                        "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
                        "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
                    }
                },
            }
        },
        services={
            **DEFAULT_OIDC_SERVICES,
            "registration": {"class": OurRegistration},
            "end_session": {"class": "idpyoidc.client.oidc.end_session.EndSession"},
        },
        key_conf=KEYS,
        httpc=with_token,
    )
    browser = Browser(issuer, argument["username"], argument["password"])

    def sign_on():
        url = handler.begin(issuer, req_args={"prompt": "consent", "scope": SCOPES})
        left = browser.open(url if isinstance(url, str) else url["url"])
        assert isinstance(left, Left), left.text
        done = handler.finalize(issuer, left.query)
        assert "error" not in done, done
        return done

    done = sign_on()
    client = handler.issuer2rp[issuer]
    registered = client.get_context().registration_response
    result = {
        "grants": registered["grant_types"],
        "sign_ins": browser.signed_in,
        "consents": browser.consented,
        "username": done["userinfo"]["preferred_username"],
        "email": done["userinfo"]["email"],
        "same_sub": done["userinfo"]["sub"] == done["id_token"]["sub"],
        "issuer": done["issuer"] == issuer,
    }
    state = done["state"]
    held = client.get_context().cstate

    def token():
        return held.get_claim(state, "refresh_token")

    first = token()
    handler.refresh_access_token(state)
    second = token()
    result["rotated"] = second != first
    handler.refresh_access_token(state)
    third = token()
    info = handler.get_user_info(state)
    result["renewed_info"] = info["sub"] == done["id_token"]["sub"]
    held.update(state, {"refresh_token": first})
    result["reused"] = refusal(lambda: handler.refresh_access_token(state))
    held.update(state, {"refresh_token": third})
    result["after_reuse"] = refusal(lambda: handler.refresh_access_token(state))

    # Ended by an administrator: told from server to server.
    me = browser.session.get(issuer + "/api/v1/me", timeout=60).json()
    register(argument, f"/accounts/{me['account_id']}/sessions", None, "delete")
    for _ in range(100):
        if Application.heard:
            break
        threading.Event().wait(0.1)
    result["heard"] = len(Application.heard)
    result["heard_state"] = backchannel_logout(client, Application.heard[0]) == state

    done = sign_on()
    asked = handler.logout(done["state"], post_logout_redirect_uri=after_logout)
    left = browser.open(asked["url"])
    result["logged_out"] = isinstance(left, Left) and left.url.startswith(after_logout + "?state=")
    result["signed_in_after_logout"] = browser.is_signed_in()
    server.shutdown()
    print(json.dumps(result))


main()
