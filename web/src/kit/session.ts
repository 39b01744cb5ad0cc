// Who is signed in, and what they may do.
//
// Invariant: hiding an action is a courtesy; the server decides every time.

import { createContext, useCallback, useContext } from "react";
import type { About, Language, Me } from "../api/types.ts";

export interface Session {
  me: Me;
  about: About;
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("no session around this component");
  return session;
}

export function holds(permissions: readonly string[], wanted: readonly string[] | undefined) {
  if (!wanted || wanted.length === 0 || permissions.includes("*")) return true;
  return wanted.some((permission) => permissions.includes(permission));
}

/** "tỉnh Kon Tum", out of the name of its people's committee. */
export function placeOf(about: Pick<About, "province_name">): string {
  return about.province_name.replace(/^Ủy ban nhân dân /u, "");
}

/** The same in a language's own words: "Kon Tum province". */
export function placeIn(about: Pick<About, "province_name">, language: Language): string {
  const place = placeOf(about);
  if (language === "vi") return place;
  return place.replace(/^tỉnh (.+)$/u, "$1 province").replace(/^thành phố (.+)$/u, "$1 city");
}

/** And with a capital, as it stands alone. */
export function placeName(about: Pick<About, "province_name">, language: Language): string {
  const place = placeIn(about, language);
  return place.charAt(0).toLocaleUpperCase("vi") + place.slice(1);
}

/** Whether the person holds any of the permissions. */
export function useCan() {
  const { me } = useSession();
  return useCallback((...wanted: string[]) => holds(me.permissions, wanted), [me.permissions]);
}
