import { IconIdBadge2 } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const providers: Feature = {
  id: "providers",
  group: "administration",
  label: { vi: "Nhà cung cấp định danh", en: "Identity providers" },
  icon: IconIdBadge2,
  path: "/identity-providers",
  permissions: ["sso.provider.try", "sso.provider.secret"],
  keywords: "vneid cổng dịch vụ công openid oidc đăng nhập bên ngoài liên thông định danh eid",
  routes: [
    { path: "/identity-providers", load: () => import("./ProvidersPage.tsx") },
    { path: "/identity-providers/new", load: () => import("./NewProviderPage.tsx") },
    { path: "/identity-providers/$name", load: () => import("./ProviderPage.tsx") },
  ],
};
