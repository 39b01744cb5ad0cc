// Known software that signs people on by OpenID Connect: what follows from its address alone.
//
// Owns: paths of each product, how it proves itself. Not here: its settings (`recipes/oidc.ts`).
// Invariant: only what the product's own documents or a proof here say.

export const SOFTWARE = ["other", "nextcloud", "gitlab", "grafana", "moodle", "odoo"] as const;
export type Software = (typeof SOFTWARE)[number];

interface Habits {
  /** Where it receives people, below its address. */
  redirect: string;
  /** Where people land after signing out. */
  afterLogout?: string;
  /** Where it is told that a session has ended. */
  backChannel?: string;
  authMethod: "client_secret_basic" | "client_secret_post";
  /** It may send no PKCE challenge. */
  hasNoPkce?: boolean;
}

export const HABITS: Record<Exclude<Software, "other">, Habits> = {
  nextcloud: {
    redirect: "/apps/user_oidc/code",
    afterLogout: "/",
    backChannel: "/apps/user_oidc/backchannel-logout/lgsp",
    authMethod: "client_secret_post",
  },
  gitlab: {
    redirect: "/users/auth/openid_connect/callback",
    authMethod: "client_secret_basic",
  },
  grafana: { redirect: "/login/generic_oauth", authMethod: "client_secret_basic" },
  moodle: {
    redirect: "/admin/oauth2callback.php",
    authMethod: "client_secret_basic",
    hasNoPkce: true,
  },
  odoo: { redirect: "/auth_oauth/signin", authMethod: "client_secret_basic" },
};

/** The fields of a client that follow from a product and its address. */
export function fieldsOf(software: Exclude<Software, "other">, address: string) {
  const base = address.trim().replace(/\/+$/, "");
  const habits = HABITS[software];
  return {
    redirect_uris: base ? [base + habits.redirect] : [],
    post_logout_redirect_uris: base && habits.afterLogout ? [base + habits.afterLogout] : [],
    auth_method: habits.authMethod,
    ...(base && habits.backChannel ? { backchannel_logout_uri: base + habits.backChannel } : {}),
    ...(habits.hasNoPkce ? { pkce: "if_sent" } : {}),
  };
}
