import { IconBell } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const alarms: Feature = {
  id: "alarms",
  group: "exchange",
  label: { vi: "Cảnh báo", en: "Alarms" },
  icon: IconBell,
  path: "/alarms",
  permissions: ["exchange.alarm.read"],
  keywords: "quá hạn trễ late",
  routes: [{ path: "/alarms", load: () => import("./AlarmsPage.tsx") }],
};
