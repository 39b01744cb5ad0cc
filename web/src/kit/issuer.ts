// The public address of sign-on, which applications and providers have to be told.

import { useQuery } from "@tanstack/react-query";

/** The issuer as discovery tells it; this address while it is not known. */
export function useIssuer(): string {
  const query = useQuery({
    queryKey: ["issuer"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const answer = await fetch("/.well-known/openid-configuration");
      const document: { issuer?: string } = answer.ok ? await answer.json() : {};
      return document.issuer ?? window.location.origin;
    },
  });
  return query.data ?? window.location.origin;
}
