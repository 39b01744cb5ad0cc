import { IconClipboardCheck } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const reviews: Feature = {
  id: "reviews",
  group: "people",
  label: { vi: "Rà soát tài khoản", en: "Account reviews" },
  icon: IconClipboardCheck,
  path: "/reviews",
  permissions: ["identity.review.read"],
  keywords: "rà soát định kỳ 6 tháng giữ khóa review campaign",
  routes: [
    { path: "/reviews", load: () => import("./ReviewsPage.tsx") },
    { path: "/reviews/$id", load: () => import("./ReviewPage.tsx") },
  ],
};
