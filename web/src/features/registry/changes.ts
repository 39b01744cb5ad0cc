// Differences between two specifications, by JSON pointer. Pure.

import type { Change } from "../../api/types.ts";
import { isNode, pointerTo } from "../../kit/schema/schema.ts";

const CHANGES_MAX = 200;

export function changesBetween(
  before: unknown,
  after: unknown,
  pointer = "",
  found: Change[] = [],
): Change[] {
  if (found.length >= CHANGES_MAX || JSON.stringify(before) === JSON.stringify(after)) return found;
  if (isNode(before) && isNode(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      changesBetween(before[key], after[key], pointerTo(pointer, key), found);
    }
    return found;
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
      changesBetween(before[index], after[index], pointerTo(pointer, index), found);
    }
    return found;
  }
  found.push({ pointer, before, after });
  return found;
}
