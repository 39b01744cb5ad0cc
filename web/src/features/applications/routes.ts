import { IconApps } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const applications: Feature = {
  id: "applications",
  group: "administration",
  label: { vi: "Ứng dụng đăng nhập", en: "Sign-on applications" },
  icon: IconApps,
  path: "/applications",
  permissions: ["registry.resource.read"],
  keywords: "oidc oauth saml cas ldap scim sso client đăng nhập một lần kết nối",
  routes: [
    { path: "/applications", load: () => import("./ApplicationsPage.tsx") },
    { path: "/applications/new", load: () => import("./NewApplicationPage.tsx") },
    { path: "/applications/$kind/$name", load: () => import("./ApplicationPage.tsx") },
  ],
};
