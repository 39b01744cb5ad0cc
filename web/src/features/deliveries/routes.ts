import { IconTruckDelivery } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const deliveries: Feature = {
  id: "deliveries",
  group: "exchange",
  label: { vi: "Lượt gửi", en: "Deliveries" },
  icon: IconTruckDelivery,
  path: "/deliveries",
  permissions: ["ledger.delivery.read"],
  keywords: "bản tin lỗi dead letters hàng đợi queue",
  routes: [
    { path: "/deliveries", load: () => import("./DeliveriesPage.tsx") },
    { path: "/deliveries/$id", load: () => import("./DeliveryPage.tsx") },
  ],
};
