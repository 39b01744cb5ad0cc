import { IconKey } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const keys: Feature = {
  id: "keys",
  group: "administration",
  label: { vi: "Khóa ký", en: "Signing keys" },
  icon: IconKey,
  path: "/signing-keys",
  permissions: ["sso.key.read"],
  keywords: "jwks rotate thay khóa chữ ký oidc saml",
  routes: [{ path: "/signing-keys", load: () => import("./KeysPage.tsx") }],
};
