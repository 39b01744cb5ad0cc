// Claims as somebody types them: JSON, an object of names and values.

import { isNode, type Node } from "../../kit/schema/schema.ts";

/** The claims of a text, or why there are none. */
export function readClaims(text: string): { claims: Node | null; reason: string } {
  try {
    const read: unknown = JSON.parse(text);
    return isNode(read) ? { claims: read, reason: "" } : { claims: null, reason: "{ … }" };
  } catch (failure) {
    return { claims: null, reason: failure instanceof Error ? failure.message : String(failure) };
  }
}
