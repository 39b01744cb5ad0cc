import { IconShieldCheck } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const audit: Feature = {
  id: "audit",
  group: "administration",
  label: { vi: "Nhật ký kiểm tra", en: "Audit journal" },
  icon: IconShieldCheck,
  path: "/audit",
  permissions: ["journal.event.read"],
  keywords: "journal kiểm toán chuỗi băm",
  routes: [
    { path: "/audit", load: () => import("./AuditPage.tsx") },
    { path: "/audit/proof", load: () => import("./ProofPage.tsx") },
  ],
};
