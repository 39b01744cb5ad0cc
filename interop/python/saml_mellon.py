"""mod_auth_mellon in an Apache of its own: sign-on, attributes, single logout."""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

import requests

from browser import Browser, register
from saml_keys import key_pair

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
LoadModule auth_mellon_module {modules}/mod_auth_mellon.so
DocumentRoot {folder}/pages
<Location />
  MellonEndpointPath /mellon
  MellonSPPrivateKeyFile {folder}/sp.key
  MellonSPCertFile {folder}/sp.pem
  MellonIdPMetadataFile {folder}/idp.xml
  MellonSecureCookie Off
  MellonSignatureMethod rsa-sha256
  MellonUser uid
  Header set X-User "%{{MELLON_uid}}e"
  Header set X-Name "%{{MELLON_displayName}}e"
</Location>
<Location /private>
  AuthType Mellon
  MellonEnable auth
  Require valid-user
</Location>
"""


def main():
    argument = json.loads(sys.argv[1])
    port = argument["port"]
    site = f"http://127.0.0.1:{port}"
    folder = pathlib.Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    for name in ("pages", "pages/private"):
        (folder / name).mkdir()
    (folder / "pages/private/index.html").write_text("trang riêng")
    (folder / "pages/private/again.html").write_text("trang riêng")
    (folder / "pages/out.html").write_text("đã ra")
    key, certificate = key_pair("mellon")
    (folder / "sp.key").write_text(key)
    (folder / "sp.pem").write_text(certificate)
    idp = requests.get(argument["metadata_url"], timeout=120).text
    (folder / "idp.xml").write_text(idp)
    is_root = subprocess.run(["id", "-u"], capture_output=True, text=True).stdout.strip() == "0"
    (folder / "apache.conf").write_text(
        CONFIGURATION.format(
            folder=folder,
            port=port,
            modules=argument["modules"],
            user="User www-data\nGroup www-data" if is_root else "",
        )
    )
    apache = subprocess.Popen(
        [argument["apache2"], "-f", str(folder / "apache.conf"), "-DFOREGROUND"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
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
            metadata = requests.get(site + "/mellon/metadata", timeout=10)
            break
        except requests.ConnectionError:
            time.sleep(0.1)
    made = register(argument, "/saml-sps", {"name": "mellon", "metadata": metadata.text})
    spec = made["spec"]
    spec["attributes"] = [
        {"source": "username", "name": "uid"},
        {"source": "display_name", "name": "displayName"},
    ]
    body = {"spec": spec, "base_revision": made["revision"]}
    register(argument, "/resources/saml-sp/mellon", body, "put")
    person = (argument["username"], argument["password"])
    browser = Browser(argument["base"], *person, others=[site])
    page = browser.open(site + "/private/index.html")
    result = {
        "bindings": sorted({service["binding"] for service in spec["logout_services"]}),
        "encrypts": spec["encrypt_assertion"],
        "page": page.text,
        "user": page.headers.get("X-User"),
        "name": page.headers.get("X-Name"),
        "sign_ins": browser.signed_in,
    }
    page = browser.open(site + "/mellon/logout?ReturnTo=" + site + "/out.html")
    result["after_logout"] = page.text
    result["signed_in_after_logout"] = browser.is_signed_in()
    # Begun at the identity provider: mellon is told in the browser, and asks to sign in again.
    browser.open(site + "/private/again.html")
    result["signed_in_again"] = browser.is_signed_in()
    browser.sign_out()
    answer = browser.session.get(
        site + "/private/index.html", allow_redirects=False, timeout=60
    )
    result["mellon_asks_again"] = answer.status_code
    # Ended by an administrator: mellon is told from server to server, by SOAP.
    page = browser.open(site + "/private/again.html")
    assert page.text == "trang riêng", page.text
    me = browser.session.get(argument["base"] + "/api/v1/me", timeout=60).json()
    register(argument, f"/accounts/{me['account_id']}/sessions", None, "delete")
    for _ in range(100):
        answer = browser.session.get(
            site + "/private/index.html", allow_redirects=False, timeout=60
        )
        if answer.status_code != 200:
            break
        time.sleep(0.1)
    result["mellon_after_kill"] = answer.status_code
    return result


main()
