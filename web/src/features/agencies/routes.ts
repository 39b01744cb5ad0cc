import { IconSitemap } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const agencies: Feature = {
  id: "agencies",
  group: "exchange",
  label: { vi: "Cơ quan, đơn vị", en: "Agencies" },
  icon: IconSitemap,
  path: "/agencies",
  permissions: ["catalogue.agency.read"],
  keywords: "mã định danh cây tree",
  routes: [
    { path: "/agencies", load: () => import("./AgenciesPage.tsx") },
    { path: "/agencies/$code", load: () => import("./AgencyPage.tsx") },
  ],
};
