import { IconUnlink } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const unmatched: Feature = {
  id: "unmatched",
  group: "exchange",
  label: { vi: "Trạng thái chưa ghép", en: "Unmatched statuses" },
  icon: IconUnlink,
  path: "/unmatched-statuses",
  permissions: ["exchange.document.read"],
  keywords: "trạng thái mồ côi orphan status",
  routes: [{ path: "/unmatched-statuses", load: () => import("./UnmatchedPage.tsx") }],
};
