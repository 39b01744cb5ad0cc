// Saving the person's choices: shown at once, kept by the server.

import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, client } from "../api/client.ts";
import type { Me, Preferences } from "../api/types.ts";
import { notifyProblem } from "./toast.tsx";

export function useSavePreferences() {
  const queries = useQueryClient();
  return useCallback(
    async (change: Partial<Preferences>) => {
      const { queryKey } = api.queryOptions("get", "/me", {});
      const before = queries.getQueryData<Me>(queryKey);
      if (before) {
        queries.setQueryData<Me>(queryKey, {
          ...before,
          preferences: { ...before.preferences, ...change },
        });
      }
      try {
        await client.PATCH("/me/preferences", { body: change });
      } catch (error) {
        if (before) queries.setQueryData<Me>(queryKey, before);
        notifyProblem(error);
      }
    },
    [queries],
  );
}
