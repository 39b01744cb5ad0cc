import { IconInbox } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const mailbox: Feature = {
  id: "mailbox",
  group: "documents",
  label: { vi: "Hộp văn bản", en: "Mailbox" },
  icon: IconInbox,
  path: "/mailbox",
  permissions: ["exchange.document.read"],
  keywords: "văn bản đến soạn gửi compose inbox",
  routes: [
    { path: "/mailbox", load: () => import("./MailboxPage.tsx") },
    { path: "/mailbox/compose", load: () => import("./ComposePage.tsx") },
  ],
};
