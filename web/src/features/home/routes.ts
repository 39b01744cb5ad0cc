import { IconLayoutDashboard } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const home: Feature = {
  id: "home",
  group: "home",
  label: { vi: "Tổng quan", en: "Overview" },
  icon: IconLayoutDashboard,
  path: "/",
  keywords: "trang chủ dashboard home",
  routes: [{ path: "/", load: () => import("./HomePage.tsx") }],
};
