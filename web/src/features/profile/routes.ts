import { IconUser } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const profile: Feature = {
  id: "profile",
  group: "account",
  label: { vi: "Hồ sơ của tôi", en: "My profile" },
  icon: IconUser,
  path: "/profile",
  keywords: "mật khẩu password mã truy cập token",
  routes: [{ path: "/profile", load: () => import("./ProfilePage.tsx") }],
};
