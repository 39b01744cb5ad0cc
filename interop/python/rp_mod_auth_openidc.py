"""mod_auth_openidc in an Apache of its own: sign-on by form, renewal, sign-out both ways."""

import json
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.parse

import requests

from browser import Browser, register

CONFIGURATION = """
ServerRoot {folder}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
Mutex file:{folder} default
ErrorLog {folder}/error.log
LogLevel warn
{user}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule headers_module {modules}/mod_headers.so
LoadModule auth_openidc_module {modules}/mod_auth_openidc.so
DocumentRoot {folder}/pages
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {client_secret}
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCRedirectURI {site}/private/callback
OIDCCryptoPassphrase mot-cum-tu-bi-mat-cua-bai-thu
OIDCScope "openid profile email offline_access"
OIDCPKCEMethod S256
OIDCResponseMode form_post
OIDCCacheType shm
OIDCRemoteUserClaim preferred_username
OIDCRefreshAccessTokenBeforeExpiry 30
OIDCUserInfoRefreshInterval 1
OIDCHTMLErrorTemplate {folder}/error.html
<Location /private>
  AuthType openid-connect
  Require valid-user
  Header set X-User "expr=%{{REMOTE_USER}}"
  Header set X-Mail "%{{OIDC_CLAIM_email}}e"
  Header set X-Issuer "%{{OIDC_CLAIM_iss}}e"
  Header set X-Token "%{{OIDC_access_token}}e"
</Location>
"""


def main():
    argument = json.loads(sys.argv[1])
    port = argument["port"]
    site = f"http://127.0.0.1:{port}"
    answer = requests.post(
        argument["base"] + "/oauth2/register",
        json={
            "client_name": "mod_auth_openidc",
            "redirect_uris": [site + "/private/callback"],
            "post_logout_redirect_uris": [site + "/out.html"],
            "backchannel_logout_uri": site + "/private/callback?logout=backchannel",
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "client_secret_basic",
        },
        headers={"Authorization": "Bearer " + argument["token"]},
        timeout=120,
    )
    assert answer.status_code == 201, answer.text
    made = answer.json()
    folder = pathlib.Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    for name in ("pages", "pages/private"):
        (folder / name).mkdir()
    (folder / "pages/private/index.html").write_text("trang riêng")
    (folder / "pages/out.html").write_text("đã ra")
    (folder / "error.html").write_text("%s: %s")
    is_root = subprocess.run(["id", "-u"], capture_output=True, text=True).stdout.strip() == "0"
    (folder / "apache.conf").write_text(
        CONFIGURATION.format(
            folder=folder,
            port=port,
            site=site,
            issuer=argument["base"],
            client_id=made["client_id"],
            client_secret=made["client_secret"],
            modules=argument["modules"],
            user="User www-data\nGroup www-data" if is_root else "",
        )
    )
    apache = subprocess.Popen(
        [argument["apache2"], "-f", str(folder / "apache.conf"), "-DFOREGROUND"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        print(json.dumps(proof(argument, site)))
    except BaseException:
        log = folder / "error.log"
        sys.stderr.write(log.read_text() if log.exists() else "no log\n")
        raise
    finally:
        apache.terminate()
        apache.wait(20)


def proof(argument, site):
    for _ in range(100):
        try:
            requests.get(site + "/out.html", timeout=10)
            break
        except requests.ConnectionError:
            time.sleep(0.1)
    private = site + "/private/index.html"
    callback = site + "/private/callback"
    person = (argument["username"], argument["password"])
    browser = Browser(argument["base"], *person, others=[site])
    page = browser.open(private)
    result = {
        "page": page.content.decode(),
        "user": page.headers.get("X-User"),
        "mail": page.headers.get("X-Mail"),
        "issuer": page.headers.get("X-Issuer") == argument["base"],
        "sign_ins": browser.signed_in,
        "consents": browser.consented,
    }

    def renewed(token):
        query = urllib.parse.urlencode({"refresh": private, "access_token": token})
        page = browser.open(f"{callback}?{query}")
        assert "error_code" not in page.url, page.url
        return page.headers["X-Token"]

    tokens = [page.headers["X-Token"]]
    # Twice: the second time with what the first one brought.
    for _ in range(2):
        tokens.append(renewed(tokens[-1]))
    result["renewed"] = len(set(tokens)) == 3
    # Older than its interval: user info is asked for anew, with the renewed token.
    time.sleep(1.1)
    result["user_renewed"] = browser.open(private).headers.get("X-User")

    out = urllib.parse.urlencode({"logout": site + "/out.html"})
    result["after_logout"] = browser.open(f"{callback}?{out}").content.decode()
    result["signed_in_after_logout"] = browser.is_signed_in()

    def asks():
        answer = browser.session.get(private, allow_redirects=False, timeout=60)
        return answer.status_code

    result["asks_again"] = asks()
    # Ended by an administrator: told from server to server.
    page = browser.open(private)
    assert page.status_code == 200, page.text
    result["consents_again"] = browser.consented
    me = browser.session.get(argument["base"] + "/api/v1/me", timeout=60).json()
    register(argument, f"/accounts/{me['account_id']}/sessions", None, "delete")
    for _ in range(100):
        result["asks_after_kill"] = asks()
        if result["asks_after_kill"] != 200:
            break
        time.sleep(0.1)
    return result


main()
