import { IconFileText } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const documents: Feature = {
  id: "documents",
  group: "documents",
  label: { vi: "Văn bản", en: "Documents" },
  icon: IconFileText,
  path: "/documents",
  permissions: ["exchange.document.read"],
  keywords: "edxml tra cứu",
  routes: [
    { path: "/documents", load: () => import("./DocumentsPage.tsx") },
    { path: "/documents/$id", load: () => import("./DocumentPage.tsx") },
  ],
};
