// The one place that says where the API's types come from; every other file imports from here.
export type * from "./draft.ts";
