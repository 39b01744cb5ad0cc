import { IconServer } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const systems: Feature = {
  id: "systems",
  group: "exchange",
  label: { vi: "Hệ thống thông tin", en: "Systems" },
  icon: IconServer,
  path: "/systems",
  permissions: ["exchange.system.read"],
  keywords: "vxp khóa secret phần mềm",
  routes: [
    { path: "/systems", load: () => import("./SystemsPage.tsx") },
    { path: "/systems/$name", load: () => import("./SystemPage.tsx") },
  ],
};
