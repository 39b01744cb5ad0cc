import { IconUserQuestion } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const requests: Feature = {
  id: "requests",
  group: "people",
  label: { vi: "Yêu cầu cấp quyền", en: "Requests for rights" },
  icon: IconUserQuestion,
  path: "/grant-requests",
  permissions: ["identity.role.grant"],
  keywords: "duyệt phê duyệt quyền đặc biệt approve",
  routes: [{ path: "/grant-requests", load: () => import("./RequestsPage.tsx") }],
};
