import { IconUserShare } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const delegations: Feature = {
  id: "delegations",
  group: "people",
  label: { vi: "Ủy quyền", en: "Delegations" },
  icon: IconUserShare,
  path: "/delegations",
  permissions: ["identity.delegation.write"],
  keywords: "uỷ quyền thay mặt vắng mặt delegate acting absence",
  routes: [{ path: "/delegations", load: () => import("./DelegationsPage.tsx") }],
};

/** What one gives and gets oneself; everybody has it. */
export const ownDelegations: Feature = {
  id: "own-delegations",
  group: "account",
  label: { vi: "Ủy quyền của tôi", en: "My delegations" },
  icon: IconUserShare,
  path: "/profile/delegations",
  keywords: "uỷ quyền thay mặt vắng mặt delegate acting absence",
  routes: [{ path: "/profile/delegations", load: () => import("./OwnPage.tsx") }],
};
