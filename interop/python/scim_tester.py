"""Runs scim2-tester against a SCIM server; answers the number of results and what failed."""

import json
import sys

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

asked = json.loads(sys.argv[1])
http = httpx2.Client(
    base_url=asked["base"], headers={"Authorization": f"Bearer {asked['token']}"}, timeout=30
)
results = check_server(SyncSCIMClient(http))
counts = {}
failed = []
for result in results:
    counts[result.status.name] = counts.get(result.status.name, 0) + 1
    if result.status not in (Status.SUCCESS, Status.SKIPPED):
        failed.append(f"{result.status.name} {result.title}: {result.reason}")
skipped = [f"{r.title}: {r.reason}" for r in results if r.status == Status.SKIPPED]
print(json.dumps({"counts": counts, "failed": failed, "skipped": skipped}))
