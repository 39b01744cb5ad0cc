import { IconArrowMerge } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const unitMoves: Feature = {
  id: "unit-moves",
  group: "people",
  label: { vi: "Sáp nhập đơn vị", en: "Merge units" },
  icon: IconArrowMerge,
  path: "/unit-moves",
  permissions: ["identity.role.grant"],
  keywords: "sáp nhập chia tách giải thể điều chuyển merge unit",
  routes: [{ path: "/unit-moves", load: () => import("./UnitMovesPage.tsx") }],
};
