import { IconGavel, IconHelpCircle } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const policies: Feature = {
  id: "policies",
  group: "people",
  label: { vi: "Chính sách truy cập", en: "Access policies" },
  icon: IconGavel,
  path: "/policies",
  permissions: ["identity.policy.write"],
  keywords: "cedar quy tắc cho phép cấm permit forbid policy",
  routes: [
    { path: "/policies", load: () => import("./PoliciesPage.tsx") },
    { path: "/policies/new", load: () => import("./NewPolicyPage.tsx") },
    { path: "/policies/$name", load: () => import("./PolicyPage.tsx") },
  ],
};

export const decisions: Feature = {
  id: "decisions",
  group: "people",
  label: { vi: "Giải thích quyền", en: "Explain access" },
  icon: IconHelpCircle,
  path: "/explain",
  permissions: ["identity.decision.explain"],
  keywords: "vì sao được phép không được quyền why allowed denied",
  routes: [{ path: "/explain", load: () => import("./ExplainPage.tsx") }],
};
