import { IconUsers } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const accounts: Feature = {
  id: "accounts",
  group: "people",
  label: { vi: "Tài khoản", en: "Accounts" },
  icon: IconUsers,
  path: "/accounts",
  permissions: ["identity.account.read"],
  keywords: "người dùng vai trò users roles",
  routes: [
    { path: "/accounts", load: () => import("./AccountsPage.tsx") },
    { path: "/accounts/import", load: () => import("./ImportPage.tsx") },
    { path: "/accounts/new", load: () => import("./NewAccountPage.tsx") },
    { path: "/accounts/$id", load: () => import("./AccountPage.tsx") },
  ],
};
