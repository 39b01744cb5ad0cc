// Why a directory could not be read, as something that a person can mend.
//
// Owns: telling the causes apart in the server's technical sentence.
// Not here: the words of each cause (`vi.json`, `en.json`).
// Invariant: a cause that is not known keeps the sentence as it is.

export const CAUSES = [
  "refused",
  "timeout",
  "name",
  "local",
  "certificate",
  "startTls",
  "clear",
  "credentials",
  "base",
  "rights",
  "confidential",
  "filter",
] as const;
export type Cause = (typeof CAUSES)[number];

/** Result codes of LDAP (RFC 4511, appendix A) that have one usual cause each. */
const BY_CODE: Record<string, Cause> = {
  "8": "confidential",
  "13": "confidential",
  "32": "base",
  "34": "base",
  "49": "credentials",
  "48": "credentials",
  "50": "rights",
};

/** Signs of a cause in a sentence, the narrowest first. */
const BY_WORDS: readonly (readonly [RegExp, Cause])[] = [
  [/certificate|UnknownIssuer|NotValidForName|CertExpired|handshake/i, "certificate"],
  [/^StartTLS:|to StartTLS/, "startTls"],
  [/in the clear/i, "clear"],
  [/connection refused/i, "refused"],
  [/in time|timed out/i, "timeout"],
  [/may not reach/i, "local"],
  [/lookup|resolve|name or service|no address|dns/i, "name"],
  [/filter/i, "filter"],
  [/name or password is empty/i, "credentials"],
];

/** The cause of a failure; nothing when it is none of the usual ones. */
export function causeOf(failure: string): Cause | undefined {
  const byWords = BY_WORDS.find(([words]) => words.test(failure))?.[1];
  const code = /\bresult (\d+)\b/.exec(failure)?.[1];
  return byWords ?? (code === undefined ? undefined : BY_CODE[code]);
}
