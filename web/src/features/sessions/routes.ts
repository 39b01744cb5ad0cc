import { IconDevices } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const sessions: Feature = {
  id: "sessions",
  group: "people",
  label: { vi: "Phiên đăng nhập", en: "Sessions" },
  icon: IconDevices,
  path: "/sessions",
  permissions: ["identity.session.read"],
  keywords: "đang đăng nhập thiết bị đăng xuất trực tuyến signed in devices sign out online",
  routes: [{ path: "/sessions", load: () => import("./SessionsPage.tsx") }],
};
