// Identity providers as the pages know them: profiles, what a guided form becomes, the map, levels.
//
// Owns: the starting values of each profile, how answers become a specification.
// Not here: the whole form of the kind (Configuration), words (`vi.json`, `en.json`).
// Follows: `crates/sso/src/upstream/kind.rs`, `claims.rs` (the profiles' own maps).

import { client } from "../../api/client.ts";
import type { Resource } from "../../api/types.ts";
import { fieldOf, linesOf, textOf } from "../../kit/resource.ts";
import { isNode, type Node } from "../../kit/schema/schema.ts";

export const KIND = "identity-provider";

/** Whose habits a provider has. */
export const PROFILES = ["generic", "national_portal", "vneid"] as const;
export type Profile = (typeof PROFILES)[number];

export const CLIENT_AUTHS = [
  "client_secret_basic",
  "client_secret_post",
  "private_key_jwt",
  "none",
] as const;
export type ClientAuth = (typeof CLIENT_AUTHS)[number];

/** Whether a way of client authentication rests on a secret. */
export function isSecret(way: string): boolean {
  return way !== "none" && way !== "private_key_jwt";
}

export const UNKNOWNS = ["refuse", "create_citizen", "ask_administrator"] as const;
export type Unknown = (typeof UNKNOWNS)[number];

/** Fields of a person that claims fill. */
export const FIELDS = [
  "name",
  "email",
  "phone",
  "citizen_number",
  "account_type",
  "firm_types",
  "firm",
] as const;
export type Field = (typeof FIELDS)[number];
export type ClaimMap = Record<Field, string[]>;

export function profileOf(resource: Pick<Resource, "spec">): Profile {
  const told = fieldOf(resource, "profile");
  return PROFILES.find((profile) => profile === told) ?? "generic";
}

const NO_CLAIMS: ClaimMap = {
  name: [],
  email: [],
  phone: [],
  citizen_number: [],
  account_type: [],
  firm_types: [],
  firm: [],
};

/** What the server takes where the map is empty; shown beside empty fields. */
export const PROFILE_CLAIMS: Record<Profile, ClaimMap> = {
  generic: {
    ...NO_CLAIMS,
    name: ["name", "{family_name} {given_name}", "preferred_username"],
    email: ["email"],
    phone: ["phone_number"],
  },
  national_portal: {
    name: ["HoVaTen"],
    email: ["ThuDienTu"],
    phone: ["SoDienThoai"],
    citizen_number: ["SoDinhDanh"],
    account_type: ["LoaiTaiKhoan"],
    firm_types: ["2"],
    firm: ["TenDoanhNghiep"],
  },
  vneid: {
    ...NO_CLAIMS,
    name: ["name"],
    email: ["email"],
    phone: ["phone_number"],
    citizen_number: ["citizen_id"],
  },
};

/** The map that a resource has of its own. */
export function claimsOf(resource: Pick<Resource, "spec">): ClaimMap {
  const told = fieldOf(resource, "claims");
  const own = isNode(told) ? told : {};
  const list = (field: Field) => {
    const value = own[field];
    return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
  };
  return {
    name: list("name"),
    email: list("email"),
    phone: list("phone"),
    citizen_number: list("citizen_number"),
    account_type: list("account_type"),
    firm_types: list("firm_types"),
    firm: list("firm"),
  };
}

export interface Sample {
  id: "person" | "firm";
  claims: Node;
}

/** Invented people as each profile would tell of them. */
export const SAMPLES: Record<Profile, readonly Sample[]> = {
  generic: [
    {
      id: "person",
      claims: {
        sub: "248289761001",
        name: "Nguyễn Văn An",
        family_name: "Nguyễn Văn",
        given_name: "An",
        preferred_username: "an.nguyen",
        email: "an.nguyen@example.vn",
        phone_number: "0900000001",
        acr: "2",
      },
    },
  ],
  national_portal: [
    {
      id: "person",
      claims: {
        sub: "dvc-0001",
        LoaiTaiKhoan: "1",
        HoVaTen: "Nguyễn Văn An",
        SoDinhDanh: "000123456789",
        ThuDienTu: "an.nguyen@example.vn",
        SoDienThoai: "0900000001",
        acr: "LoA2",
      },
    },
    {
      id: "firm",
      claims: {
        sub: "dvc-0002",
        LoaiTaiKhoan: "2",
        HoVaTen: "Trần Thị Bình",
        SoDinhDanh: "000987654321",
        TenDoanhNghiep: "Công ty TNHH Ví Dụ",
        MaSoThue: "0100000001",
        ThuDienTu: "lien.he@example.vn",
        SoDienThoai: "0900000002",
        acr: "LoA2",
      },
    },
  ],
  vneid: [
    {
      id: "person",
      claims: {
        sub: "vneid-0001",
        name: "Nguyễn Văn An",
        citizen_id: "000123456789",
        email: "an.nguyen@example.vn",
        phone_number: "0900000001",
        acr: "muc-do-2",
      },
    },
  ],
};

export interface Level {
  acr: string;
  level: number;
}

export const LEVELS = [1, 2, 3] as const;

export function levelsOf(resource: Pick<Resource, "spec">): Level[] {
  const told = fieldOf(resource, "levels");
  const rows: unknown[] = Array.isArray(told) ? told : [];
  return rows.flatMap((row) =>
    isNode(row) && typeof row.acr === "string" && typeof row.level === "number"
      ? [{ acr: row.acr, level: row.level }]
      : [],
  );
}

export function levelOtherwise(resource: Pick<Resource, "spec">): number {
  const told = fieldOf(resource, "level_otherwise");
  return typeof told === "number" ? told : 1;
}

/** What the guided form asks for. */
export interface Answers {
  title: string;
  name: string;
  issuer: string;
  clientId: string;
  clientAuth: ClientAuth;
  secret: string;
  isExplicit: boolean;
  authorization: string;
  token: string;
  userinfo: string;
  keys: string;
  scopes: string;
  unknown: Unknown;
  agency: string | null;
  isLocal: boolean;
}

/** Where a form of a profile starts: nobody is let in before somebody has decided so. */
export function startOf(profile: Profile): Answers {
  return {
    title: "",
    name: "",
    issuer: "",
    clientId: "",
    clientAuth: profile === "national_portal" ? "client_secret_post" : "client_secret_basic",
    secret: "",
    isExplicit: false,
    authorization: "",
    token: "",
    userinfo: "",
    keys: "",
    scopes: profile === "generic" ? "openid profile email" : "openid",
    unknown: "refuse",
    agency: null,
    isLocal: false,
  };
}

/** The specification that the answers make; people cannot use it before it is switched on. */
export function specOf(profile: Profile, answers: Answers): Node {
  const isAsking = answers.unknown === "ask_administrator";
  return {
    title: answers.title.trim(),
    profile,
    enabled: false,
    issuer: answers.issuer.trim(),
    client_id: answers.clientId.trim(),
    client_auth: answers.clientAuth,
    scopes: linesOf(answers.scopes.replaceAll(/[\s,]+/g, "\n")),
    userinfo_method: profile === "national_portal" ? "post" : "get",
    unknown: answers.unknown,
    ...(isAsking && answers.agency ? { request_agency: answers.agency } : {}),
    ...(answers.isExplicit
      ? {
          authorization_endpoint: answers.authorization.trim(),
          token_endpoint: answers.token.trim(),
          userinfo_endpoint: answers.userinfo.trim(),
          jwks_uri: answers.keys.trim(),
        }
      : {}),
    ...(answers.isLocal ? { allow_local_addresses: true } : {}),
  };
}

/** Whether the platform proves itself to the provider with a secret. */
export function needsSecret(resource: Pick<Resource, "spec">): boolean {
  return isSecret(textOf(resource, "client_auth"));
}

export function providerHref(name: string): string {
  return `/identity-providers/${encodeURIComponent(name)}`;
}

/** Keeps the secret that the provider gave the province. */
export function setSecret(name: string, secret: string) {
  return client.PUT("/identity-providers/{name}/secret", {
    params: { path: { name } },
    body: { secret },
  });
}
