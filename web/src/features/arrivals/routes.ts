import { IconUserPlus } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const arrivals: Feature = {
  id: "arrivals",
  group: "people",
  label: { vi: "Yêu cầu cấp tài khoản", en: "Requests for accounts" },
  icon: IconUserPlus,
  path: "/account-requests",
  permissions: ["identity.account_request.decide", "identity.external_identity.read"],
  keywords: "vneid nối liên kết số định danh duyệt cấp tài khoản link unlink approve",
  routes: [
    { path: "/account-requests", load: () => import("./RequestsPage.tsx") },
    { path: "/account-requests/links", load: () => import("./LinksPage.tsx") },
  ],
};
