// Activation links for the people of an import, one after the other.
//
// Owns: finding the accounts and making the links. What came of each is told, also when it failed.

import { client } from "../../api/client.ts";
import { asProblem, problemText } from "../../api/problem.ts";
import type { Language, LinkDelivery } from "../../api/types.ts";

export interface MadeLink {
  username: string;
  name: string;
  /** Empty when it goes by mail. */
  url: string;
  expires_at: string;
  error: string;
  isMade: boolean;
}

interface Wish {
  language: Language;
  delivery: LinkDelivery;
}

/** Makes a link for each user name; `onStep` is told how many are done. */
export async function makeLinks(
  usernames: readonly string[],
  wish: Wish,
  onStep: (done: number) => void,
): Promise<MadeLink[]> {
  const made: MadeLink[] = [];
  for (const username of usernames) {
    made.push(await makeLink(username, wish));
    onStep(made.length);
  }
  return made;
}

async function makeLink(username: string, { language, delivery }: Wish): Promise<MadeLink> {
  const row: MadeLink = {
    username,
    name: "",
    url: "",
    expires_at: "",
    error: "",
    isMade: false,
  };
  try {
    const { data } = await client.GET("/accounts", { params: { query: { q: username } } });
    const account = data?.items.find((one) => one.username === username);
    if (!account) return row;
    row.name = account.display_name;
    const link = await client.POST("/accounts/{id}/links", {
      params: { path: { id: account.id } },
      body: { purpose: "activation", delivery },
    });
    row.url = link.data?.url ?? "";
    row.expires_at = link.data?.expires_at ?? "";
    row.isMade = true;
  } catch (failure) {
    row.error = problemText(asProblem(failure), language);
  }
  return row;
}
