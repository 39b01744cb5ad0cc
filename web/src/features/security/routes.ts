import { IconShieldCheck } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const security: Feature = {
  id: "security",
  group: "administration",
  label: { vi: "Báo cáo an toàn", en: "Security report" },
  icon: IconShieldCheck,
  path: "/security-report",
  permissions: ["identity.review.read"],
  keywords: "cấp độ 3 tcvn 14423 mật khẩu tuân thủ level 3 compliance",
  routes: [{ path: "/security-report", load: () => import("./SecurityPage.tsx") }],
};
