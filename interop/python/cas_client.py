"""python-cas as an application: tickets of CAS 1, 2 and 3, single logout."""

import http.server
import json
import sys
import threading
import urllib.parse

import cas
import requests

from browser import Browser, Left, register


class Application(http.server.BaseHTTPRequestHandler):
    """Hears of sign-outs."""

    heard = []

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        form = urllib.parse.parse_qs(self.rfile.read(length).decode())
        self.heard.append((self.path, form["logoutRequest"][0]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def ticket_of(browser, client):
    left = browser.open(client.get_login_url())
    assert isinstance(left, Left), left.text
    return left.query["ticket"]


def main():
    argument = json.loads(sys.argv[1])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Application)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    service = f"http://127.0.0.1:{server.server_port}/ung-dung/vao?next=/a"
    spec = {
        "title": "Ứng dụng CAS",
        "services": [f"http://127.0.0.1:{server.server_port}/ung-dung"],
        "attributes": [
            {"source": "display_name", "name": "displayName"},
        ],
    }
    register(argument, "/resources/cas-service/python-cas", {"spec": spec}, "put")
    base = argument["base"] + "/cas/"
    browser = Browser(argument["base"], argument["username"], argument["password"])
    result = {}

    def client(version, **more):
        return cas.CASClient(version=version, service_url=service, server_url=base, **more)

    third = client("3")
    ticket = ticket_of(browser, third)
    user, attributes, _ = third.verify_ticket(ticket)
    result["user"], result["attributes"] = user, attributes
    result["again"] = third.verify_ticket(ticket)[0]
    result["second"] = client("2").verify_ticket(ticket_of(browser, client("2")))[0]
    result["first"] = client("1").verify_ticket(ticket_of(browser, client("1")))[0]
    result["sign_ins"] = browser.signed_in
    renewing = client("3", renew=True)
    user, attributes, _ = renewing.verify_ticket(ticket_of(browser, renewing))
    result["renewed"] = [user, attributes["isFromNewLogin"], browser.signed_in]
    answer = requests.get(
        base + "p3/serviceValidate",
        params={"service": service, "ticket": ticket_of(browser, third), "format": "JSON"},
        timeout=60,
    )
    result["json"] = answer.json()["serviceResponse"]["authenticationSuccess"]["user"]
    elsewhere = requests.get(
        base + "serviceValidate",
        params={"service": service + "2", "ticket": ticket_of(browser, third)},
        timeout=60,
    )
    result["elsewhere"] = "INVALID_SERVICE" in elsewhere.text
    page = browser.open(base + "login?service=" + urllib.parse.quote("https://evil.example/"))
    result["stranger"] = page.status_code

    left = browser.open(third.get_logout_url(service))
    result["logout"] = isinstance(left, Left) and left.url == service
    result["signed_in_after_logout"] = browser.is_signed_in()
    for _ in range(100):
        if len(Application.heard) >= 5:
            break
        threading.Event().wait(0.1)
    tickets = [cas.SingleLogoutMixin.get_saml_slos(text) for _, text in Application.heard]
    result["heard"] = len(Application.heard)
    result["heard_first"] = any(found and found[0].text == ticket for found in tickets)
    gateway = browser.open(third.get_login_url() + "&gateway=true")
    result["gateway"] = isinstance(gateway, Left) and gateway.url == service
    server.shutdown()
    print(json.dumps(result))


main()
