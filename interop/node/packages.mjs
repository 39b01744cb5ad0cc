// Imports every package that the proofs use; answers what it was asked.

import { Client } from "ldapts";
import { discoveryRequest } from "oauth4webapi";
import { OidcClient } from "oidc-client-ts";
import Provider from "oidc-provider";
import { discovery } from "openid-client";

for (const found of [Client, discoveryRequest, OidcClient, Provider, discovery]) {
  if (typeof found !== "function") throw new Error("a package lacks what it had");
}
console.log(JSON.stringify(JSON.parse(process.argv[2])));
