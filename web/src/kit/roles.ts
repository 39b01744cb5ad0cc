// What roles are called, and where they hold.

import type { RoleGrant } from "../api/types.ts";
import { useKitTexts } from "./texts.ts";

/** The name of a role; an unknown one as it is. */
export function useRoleWord() {
  const { word } = useKitTexts();
  return (role: string) => word("role", role) ?? role;
}

/** The agency at which a grant holds, or the whole platform. */
export function useGrantPlace() {
  const { t } = useKitTexts();
  return (grant: RoleGrant) => grant.agency_name ?? grant.agency ?? t("wholePlatform");
}
