// The addresses of the console, made from the list of features.
//
// Invariant: pages are loaded when they are opened; only the shell is in the first load.

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from "@tanstack/react-router";
import { features } from "../features/index.ts";
import { parseSearch, stringifySearch } from "../kit/address.tsx";
import { Waiting } from "../kit/states.tsx";
import { PageFailed, PageMissing } from "./fallbacks.tsx";
import { Shell } from "./Shell.tsx";

const root = createRootRoute({ component: Shell, notFoundComponent: PageMissing });

const routes = features.flatMap((feature) =>
  feature.routes.map((route) =>
    createRoute({
      getParentRoute: () => root,
      path: route.path,
      component: lazyRouteComponent(route.load),
    }),
  ),
);

export const router = createRouter({
  routeTree: root.addChildren(routes),
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  defaultPendingMs: 300,
  defaultPendingComponent: Waiting,
  defaultErrorComponent: PageFailed,
  scrollRestoration: true,
});
