// What every field of one form shares.
import { createContext, useContext } from "react";
import type { Language } from "../../api/types.ts";
import type { Node } from "./schema.ts";

interface FormContext {
  root: Node;
  language: Language;
  errors: Record<string, string>;
}

export const SchemaContext = createContext<FormContext>({ root: {}, language: "vi", errors: {} });

export function useSchema(): FormContext {
  return useContext(SchemaContext);
}

export interface FieldProps {
  label: string;
  help?: string | undefined;
  value: unknown;
  onChange: (value: unknown) => void;
  pointer: string;
  isRequired: boolean;
}
