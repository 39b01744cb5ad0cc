import { IconAddressBook } from "@tabler/icons-react";
import type { Feature } from "../../kit/feature.ts";

export const directories: Feature = {
  id: "directories",
  group: "administration",
  label: { vi: "Kết nối thư mục", en: "Directory connections" },
  icon: IconAddressBook,
  path: "/directory-connections",
  permissions: ["directory.connection.read", "directory.connection.run"],
  keywords: "ldap active directory openldap 389-ds đồng bộ người dùng trùng lặp sync conflict",
  routes: [
    { path: "/directory-connections", load: () => import("./DirectoriesPage.tsx") },
    { path: "/directory-connections/new", load: () => import("./NewDirectoryPage.tsx") },
    { path: "/directory-connections/$name", load: () => import("./DirectoryPage.tsx") },
    { path: "/directory-conflicts", load: () => import("./ConflictsPage.tsx") },
  ],
};
