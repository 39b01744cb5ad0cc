// A browser without script for the proofs: cookies, redirects, forms; it stays on one site.
//
// Owns: signing in, consenting, following redirects until the site sends it elsewhere.
// Not here: what an application does (each proof).

const REDIRECTS_MAX = 20;

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"' };
const decoded = (text) =>
  text.replace(/&#(x?)([0-9a-f]+);|&\w+;/gi, (whole, hex, code) =>
    code ? String.fromCodePoint(parseInt(code, hex ? 16 : 10)) : (ENTITIES[whole] ?? whole),
  );

const attributes = (tag) => {
  const found = {};
  for (const [, name, quoted, bare] of tag.matchAll(/([\w-]+)(?:=(?:"([^"]*)"|([^\s>"]+)))?/g)) {
    found[name] = decoded(quoted ?? bare ?? "");
  }
  return found;
};

/** The forms of a page that are posted: action and fields. */
const forms = (text) =>
  [...text.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gis)].flatMap(([, tag, inner]) => {
    const { method = "get", action = "" } = attributes(tag);
    if (method.toLowerCase() !== "post") return [];
    const fields = {};
    for (const [, input] of inner.matchAll(/<input\b([^>]*)>/gi)) {
      const { name, value = "" } = attributes(input);
      if (name) fields[name] = value;
    }
    return [{ action, fields }];
  });

export class Browser {
  constructor({ base, username, password }) {
    Object.assign(this, { base, username, password });
    this.cookies = new Map();
    this.signedIn = 0;
    this.consented = 0;
  }

  async request(url, fields) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url, {
      method: fields ? "POST" : "GET",
      body: fields && new URLSearchParams(fields),
      headers: { cookie, "accept-language": "vi" },
      redirect: "manual",
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value === "" || /;\s*max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  /** Opens an address and gives the one outside the site to which it ends up being sent. */
  async leave(url) {
    let [next, fields] = [new URL(url), undefined];
    for (let count = 0; count < REDIRECTS_MAX; count += 1) {
      if (next.origin !== this.base) return next;
      const answer = await this.request(next, fields);
      const location = answer.headers.get("location");
      if (location) {
        [next, fields] = [new URL(location, next), undefined];
        continue;
      }
      const text = await answer.text();
      const form = forms(text).find((one) => "password" in one.fields || "tx" in one.fields);
      if (!form) throw new Error(`${next} answers ${answer.status} and leads nowhere:\n${text}`);
      if ("password" in form.fields) {
        this.signedIn += 1;
        fields = { ...form.fields, username: this.username, password: this.password };
      } else {
        this.consented += 1;
        fields = { ...form.fields, decision: "allow" };
      }
      next = new URL(form.action, next);
    }
    throw new Error(`no end of redirects at ${next}`);
  }

  /** Whether the site knows this browser. */
  async isSignedIn() {
    return (await this.request(`${this.base}/api/v1/me`)).status === 200;
  }
}

/** The error code with which an act is refused, or "accepted". */
export const refusal = async (act) => {
  try {
    await act();
    return "accepted";
  } catch (error) {
    if (error.error === undefined) throw error;
    return error.error;
  }
};
