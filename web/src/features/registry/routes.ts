import { IconAdjustments } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const registry: Feature = {
  id: "registry",
  group: "administration",
  label: { vi: "Cấu hình", en: "Configuration" },
  icon: IconAdjustments,
  path: "/registry",
  permissions: ["registry.resource.read"],
  keywords: "tài nguyên resources phiên bản revision",
  routes: [
    { path: "/registry", load: () => import("./KindsPage.tsx") },
    { path: "/registry/$kind", load: () => import("./ResourcesPage.tsx") },
    { path: "/registry/$kind/new", load: () => import("./NewResourcePage.tsx") },
    { path: "/registry/$kind/$name", load: () => import("./ResourcePage.tsx") },
  ],
};
