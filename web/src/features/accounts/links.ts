// Activation links for the people of an import, one after the other.
//
// Owns: finding the accounts and making the links. What came of each is told, also when it failed.

import { client } from "../../api/client.ts";
import { asProblem, problemText } from "../../api/problem.ts";
import type { Language } from "../../api/types.ts";

export interface MadeLink {
  username: string;
  name: string;
  url: string;
  expires_at: string;
  error: string;
}

/** Makes a link for each user name; `onStep` is told how many are done. */
export async function makeLinks(
  usernames: readonly string[],
  language: Language,
  onStep: (done: number) => void,
): Promise<MadeLink[]> {
  const made: MadeLink[] = [];
  for (const username of usernames) {
    made.push(await makeLink(username, language));
    onStep(made.length);
  }
  return made;
}

async function makeLink(username: string, language: Language): Promise<MadeLink> {
  const row: MadeLink = { username, name: "", url: "", expires_at: "", error: "" };
  try {
    const { data } = await client.GET("/accounts", { params: { query: { q: username } } });
    const account = data?.items.find((one) => one.username === username);
    if (!account) return row;
    row.name = account.display_name;
    const link = await client.POST("/accounts/{id}/links", {
      params: { path: { id: account.id } },
      body: { purpose: "activation" },
    });
    row.url = link.data?.url ?? "";
    row.expires_at = link.data?.expires_at ?? "";
  } catch (failure) {
    row.error = problemText(asProblem(failure), language);
  }
  return row;
}
