// What a feature tells the shell about itself. The pages behind it load when they are opened.
//
// Owns: the shape of one entry in `features/index.ts`.
// Invariant: a feature's descriptor pulls no page into the first load.

import type { ComponentType } from "react";
import type { Text } from "../api/types.ts";

export type IconType = ComponentType<{
  size?: number | string;
  stroke?: number | string;
  "aria-hidden"?: boolean;
}>;
export type MenuGroup = "home" | "documents" | "exchange" | "administration" | "people" | "account";

export interface FeatureRoute {
  /** Address pattern, "/documents/$id". */
  path: string;
  load: () => Promise<{ default: ComponentType }>;
}

export interface Feature {
  id: string;
  /** Place in the menu; `account` entries live in the account menu. */
  group: MenuGroup;
  label: Text;
  icon: IconType;
  /** Address of the menu entry. */
  path: string;
  /** Any one of these permissions opens the entry; none means everybody. */
  permissions?: readonly string[];
  routes: readonly FeatureRoute[];
  /** More words by which the palette finds the page. */
  keywords?: string;
}
