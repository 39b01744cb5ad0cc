"""A browser without script for the proofs: cookies, redirects, forms; it stays on one site.

Owns: following redirects and filling forms until the site sends it elsewhere.
Not here: what an application does (each proof).
"""

import html.parser
import time
import urllib.parse

import requests


class Forms(html.parser.HTMLParser):
    """The forms of a page: method, action, fields."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            method = attributes.get("method", "get").lower()
            self.found.append((method, attributes.get("action", ""), {}))
        if tag == "input" and self.found and "name" in attributes:
            self.found[-1][2][attributes["name"]] = attributes.get("value", "")


class Left(Exception):
    """The browser was sent to another site; `url` and, after a form, `fields` say how."""

    def __init__(self, url, fields=None):
        super().__init__(url)
        self.url = url
        self.fields = fields
        self.query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


class Browser:
    """Cookies and pages of one person at the site `base`, and at others that it may enter."""

    def __init__(self, base, username, password, others=()):
        self.base = base
        self.sites = tuple(site + "/" for site in (base, *others))
        self.username = username
        self.password = password
        self.session = requests.Session()
        self.session.headers["Accept-Language"] = "vi"
        self.signed_in = 0
        self.consented = 0

    def open(self, url, fields=None):
        """Opens an address and goes on to where it ends: a page of the site, or `Left`."""
        for _ in range(20):
            if not url.startswith(self.sites):
                return Left(url, fields)
            if fields is None:
                answer = self.session.get(url, allow_redirects=False, timeout=60)
            else:
                answer = self.session.post(url, data=fields, allow_redirects=False, timeout=60)
            fields = None
            if answer.is_redirect:
                url = urllib.parse.urljoin(url, answer.headers["Location"])
                continue
            if "notice=signed-out" in url:
                return answer
            for method, action, known in Forms(answer.text).found:
                action = urllib.parse.urljoin(url, action)
                if method == "post" and "password" in known:
                    known["username"] = self.username
                    known["password"] = self.password
                    self.signed_in += 1
                    # The instant of a proof is compared with that of a request.
                    time.sleep(0.01)
                    url, fields = action, known
                    break
                if method == "post" and {"tx", "csrf_token"} <= known.keys():
                    self.consented += 1
                    url, fields = action, {**known, "decision": "allow"}
                    break
                if method == "post" and not action.startswith(self.sites):
                    return Left(action, known)
                if method == "post" and {"SAMLRequest", "SAMLResponse", "code"} & known.keys():
                    url, fields = action, known
                    break
            else:
                return answer
        raise AssertionError("no end of redirects at " + url)

    def sign_out(self):
        """Signs out on the site's own page."""
        page = self.open(self.base + "/sign-out")
        for _, action, known in Forms(page.text).found:
            return self.open(urllib.parse.urljoin(page.url, action), known)
        raise AssertionError("no form to sign out")

    def is_signed_in(self):
        """Whether the site knows this browser."""
        answer = self.session.get(self.base + "/api/v1/me", timeout=60)
        return answer.status_code == 200


def register(argument, path, body, method="post"):
    """An act of the administrator at the site's interface."""
    answer = requests.request(
        method,
        argument["base"] + "/api/v1" + path,
        json=body,
        headers={"Authorization": "Bearer " + argument["token"]},
        timeout=60,
    )
    assert answer.status_code < 300, f"{path}: {answer.status_code} {answer.text}"
    return answer.json() if answer.content else None
