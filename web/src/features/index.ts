// All features, in the order of the menu. Adding a screen: one folder and one line here.
import type { Feature } from "../kit/feature.ts";
import { accounts } from "./accounts/routes.ts";
import { agencies } from "./agencies/routes.ts";
import { alarms } from "./alarms/routes.ts";
import { applications } from "./applications/routes.ts";
import { arrivals } from "./arrivals/routes.ts";
import { audit } from "./audit/routes.ts";
import { delegations, ownDelegations } from "./delegations/routes.ts";
import { deliveries } from "./deliveries/routes.ts";
import { directories } from "./directories/routes.ts";
import { documents } from "./documents/routes.ts";
import { groups } from "./groups/routes.ts";
import { home } from "./home/routes.ts";
import { keys } from "./keys/routes.ts";
import { mailbox } from "./mailbox/routes.ts";
import { decisions, policies } from "./policies/routes.ts";
import { profile } from "./profile/routes.ts";
import { providers } from "./providers/routes.ts";
import { registry } from "./registry/routes.ts";
import { requests } from "./requests/routes.ts";
import { reviews } from "./reviews/routes.ts";
import { security } from "./security/routes.ts";
import { sessions } from "./sessions/routes.ts";
import { systems } from "./systems/routes.ts";
import { unitMoves } from "./unit-moves/routes.ts";
import { unmatched } from "./unmatched/routes.ts";

export const features: readonly Feature[] = [
  home,
  mailbox,
  documents,
  deliveries,
  alarms,
  unmatched,
  systems,
  agencies,
  registry,
  accounts,
  groups,
  sessions,
  requests,
  arrivals,
  delegations,
  reviews,
  unitMoves,
  policies,
  decisions,
  applications,
  providers,
  directories,
  keys,
  security,
  audit,
  profile,
  ownDelegations,
];
