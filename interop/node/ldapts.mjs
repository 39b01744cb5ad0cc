// The LDAP face as ldapts sees it: binds, searches, pages, comparison, refusals, StartTLS.
// Argument: {url, base, app: [dn, password], person: [dn, password], wrong, ca?}; prints what it found.
import { Attribute, Change, Client, EqualityFilter } from "ldapts";

const given = JSON.parse(process.argv[2]);
const found = {};
const client = new Client({ url: given.url, timeout: 20000, connectTimeout: 5000 });

const refusal = async (act) => {
  try {
    await act();
    return "done";
  } catch (error) {
    return `${error.name} ${error.code ?? ""}`.trim();
  }
};

if (given.ca) {
  await client.startTLS({ ca: [given.ca], servername: "localhost" });
  found.protected = true;
}
found.wrong = await refusal(() => client.bind(given.app[0], given.wrong));
await client.bind(...given.app);
const people = `ou=people,${given.base}`;
const names = (result) => result.searchEntries.map((entry) => entry.dn.split(",")[0]).sort();

found.all = names(await client.search(people, { scope: "one", filter: "(objectClass=inetOrgPerson)" }));
found.object = names(await client.search(given.base, { filter: new EqualityFilter({ attribute: "uid", value: "van.an" }) }));
found.pages = names(await client.search(people, { scope: "one", filter: "(uid=*)", paged: { pageSize: 1 } }));
const [entry] = (await client.search(given.person[0], { scope: "base", attributes: ["cn", "memberOf", "entryUUID"] })).searchEntries;
found.entry = { cn: entry.cn, groups: entry.memberOf.length, uuid: entry.entryUUID.length };
found.nothing = (await client.search(people, { filter: "(uid=nobody)" })).searchEntries.length;
found.missing = await refusal(() => client.search(`uid=nobody,${people}`, { scope: "base" }));
found.yes = await client.compare(given.person[0], "uid", "van.an");
found.no = await client.compare(given.person[0], "uid", "other");
found.who = (await client.exop("1.3.6.1.4.1.4203.1.11.3")).value;
found.add = await refusal(() => client.add(`uid=new,${people}`, { objectClass: "person", cn: "x", sn: "x" }));
found.del = await refusal(() => client.del(given.person[0]));
const phone = new Change({
  operation: "replace",
  modification: new Attribute({ type: "telephoneNumber", values: ["0260 1"] }),
});
found.modifyByApp = await refusal(() => client.modify(given.person[0], phone));

// As applications sign people in: the same connection is bound anew.
await client.bind(...given.person);
found.modifyOwn = await refusal(() => client.modify(given.person[0], phone));
found.own = (await client.search(people, { scope: "one", filter: "(telephoneNumber=0260 1)" })).searchEntries.length;
await client.unbind();
console.log(JSON.stringify(found));
