import { IconUsersGroup } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const groups: Feature = {
  id: "groups",
  group: "people",
  label: { vi: "Nhóm", en: "Groups" },
  icon: IconUsersGroup,
  path: "/groups",
  permissions: ["identity.group.read"],
  keywords: "nhóm thành viên quyền group member",
  routes: [
    { path: "/groups", load: () => import("./GroupsPage.tsx") },
    { path: "/groups/$id", load: () => import("./GroupPage.tsx") },
  ],
};
