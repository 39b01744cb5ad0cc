// Authenticators: Chromium's virtual one, and answers that no honest browser would give.
//
// Follows: Chrome DevTools Protocol, domain WebAuthn; W3C Web Authentication Level 3.
import { createHash, createPrivateKey, sign } from "node:crypto";
import type { APIResponse, CDPSession, Page } from "@playwright/test";
import { origin } from "../support.ts";

/** A key of a virtual authenticator, as the protocol writes it (base64). */
export interface Key {
  credentialId: string;
  isResidentCredential: boolean;
  rpId?: string;
  privateKey: string;
  userHandle?: string;
  signCount: number;
}

const url = (base64: string) => Buffer.from(base64, "base64").toString("base64url");
const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest();

/** A virtual authenticator that is plugged into a page. */
export class Authenticator {
  private constructor(
    private readonly session: CDPSession,
    private readonly id: string,
  ) {}

  static async plug(page: Page, options: Record<string, unknown> = {}): Promise<Authenticator> {
    const session = await page.context().newCDPSession(page);
    await session.send("WebAuthn.enable", { enableUI: false });
    const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
        ...options,
      },
    });
    return new Authenticator(session, authenticatorId);
  }

  /** A key that knows nothing of its owner, as the cheap ones do. */
  static plugWithoutVerification(page: Page): Promise<Authenticator> {
    return Authenticator.plug(page, {
      transport: "usb",
      hasResidentKey: false,
      hasUserVerification: false,
      isUserVerified: false,
    });
  }

  async unplug() {
    await this.session.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId: this.id });
  }

  async keys(): Promise<Key[]> {
    const { credentials } = await this.session.send("WebAuthn.getCredentials", {
      authenticatorId: this.id,
    });
    return credentials;
  }

  async key(): Promise<Key> {
    const [key] = await this.keys();
    if (!key) throw new Error("the authenticator holds no key");
    return key;
  }

  /** Puts a key in the place of what is there. */
  async hold(key: Key) {
    await this.session.send("WebAuthn.clearCredentials", { authenticatorId: this.id });
    await this.session.send("WebAuthn.addCredential", {
      authenticatorId: this.id,
      credential: key,
    });
  }

  /** Whether somebody touches it whenever a page asks. */
  async touch(isTouched: boolean) {
    await this.session.send("WebAuthn.setAutomaticPresenceSimulation", {
      authenticatorId: this.id,
      enabled: isTouched,
    });
  }

  /** Whether it recognises its owner. */
  async recognise(isRecognised: boolean) {
    await this.session.send("WebAuthn.setUserVerified", {
      authenticatorId: this.id,
      isUserVerified: isRecognised,
    });
  }
}

/** What an answer says otherwise than an honest one. */
export interface Lies {
  type?: string;
  origin?: string;
  crossOrigin?: boolean;
  rpId?: string;
  isPresent?: boolean;
  isVerified?: boolean;
  counter?: number;
  handle?: string;
}

const PRESENT = 0x01;
const VERIFIED = 0x04;

/** An answer with a true signature of the key, whatever it says. */
export function answerOf(key: Key, challenge: string, lies: Lies = {}): string {
  const clientData = Buffer.from(
    JSON.stringify({
      type: lies.type ?? "webauthn.get",
      challenge,
      origin: lies.origin ?? origin(),
      crossOrigin: lies.crossOrigin ?? false,
    }),
  );
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(lies.counter ?? key.signCount + 1);
  const flags =
    ((lies.isPresent ?? true) ? PRESENT : 0) | ((lies.isVerified ?? true) ? VERIFIED : 0);
  const data = Buffer.concat([sha256(lies.rpId ?? "localhost"), Buffer.from([flags]), counter]);
  const privateKey = createPrivateKey({
    key: Buffer.from(key.privateKey, "base64"),
    format: "der",
    type: "pkcs8",
  });
  const signature = sign("sha256", Buffer.concat([data, sha256(clientData)]), privateKey);
  return JSON.stringify({
    id: url(key.credentialId),
    client_data: clientData.toString("base64url"),
    authenticator_data: data.toString("base64url"),
    signature: signature.toString("base64url"),
    user_handle: lies.handle ?? url(key.userHandle ?? ""),
  });
}

/** Sends what no page of ours would send, from the browser that has this page open. */
export class Wire {
  constructor(private readonly page: Page) {}

  private async fields(purpose: string) {
    const csrf = await this.page.locator('input[name="csrf"]').first().inputValue();
    return { csrf, purpose, next: "/account", lang: "vi", acr: "0" };
  }

  /** A challenge as the page's script would get it. */
  async challenge(purpose = "sign-in"): Promise<string> {
    const form = await this.fields(purpose);
    const answer = await this.page.request.post("/sign-in/passkey/options", { form });
    return (await answer.json()).challenge;
  }

  async send(answer: string, purpose = "sign-in"): Promise<APIResponse> {
    const form = { ...(await this.fields(purpose)), answer };
    return this.page.request.post("/sign-in/passkey", { form, maxRedirects: 0 });
  }
}
