//! The table: what Debian's LDAP programs are answered, case by case.
//!
//! Owns: searches, comparisons, binds, passwords and refusals as one list of cases.
//! Follows: design document "Identity", section 21, I5.

use lgsp_identity::{MembersChange, NewGroup};

use super::kit::{Answer, BASE, GOOD, OTHER, WRONG, World, app, as_name, person, worlds};

/// One case: program, who binds, arguments, result code, what is printed, what is not.
struct Case {
    program: &'static str,
    who: Vec<String>,
    arguments: Vec<String>,
    code: i32,
    has: &'static [&'static str],
    lacks: &'static [&'static str],
}

fn case(
    program: &'static str,
    who: &[String],
    arguments: &[&str],
    (code, has, lacks): (i32, &'static [&'static str], &'static [&'static str]),
) -> Case {
    Case {
        program,
        who: who.to_vec(),
        arguments: arguments.iter().map(|text| (*text).to_owned()).collect(),
        code,
        has,
        lacks,
    }
}

/// Runs the cases and tells of all that went wrong together.
async fn check(world: &World, cases: Vec<Case>) {
    let mut wrong = Vec::new();
    for case in cases {
        let mut arguments: Vec<&str> = case.who.iter().map(String::as_str).collect();
        arguments.extend(case.arguments.iter().map(String::as_str));
        let Some(Answer { status, text }) = world.run(case.program, &arguments).await else {
            return;
        };
        let is_good = status == case.code
            && case.has.iter().all(|part| text.contains(part))
            && !case.lacks.iter().any(|part| text.contains(part));
        if !is_good {
            let words = case.arguments.join(" ");
            wrong.push(format!(
                "{} {words}: {status}, not {}\n{text}",
                case.program, case.code
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n---\n"));
}

fn search<'a>(base: &'a str, scope: &'a str, filter: &'a str) -> Vec<&'a str> {
    // Lines are not broken, comments and version are left out; UTF-8 comes as base64.
    vec![
        "-LLL",
        "-o",
        "ldif-wrap=no",
        "-b",
        base,
        "-s",
        scope,
        filter,
    ]
}

fn people() -> String {
    format!("ou=people,{BASE}")
}

worlds! {
    async fn what_can_be_read_without_a_bind(world: &World) {
        let nobody: Vec<String> = Vec::new();
        let root = |wanted: &'static str| {
            let mut words = search("", "base", "(objectClass=*)");
            words.push(wanted);
            words
        };
        check(world, vec![
            case("ldapsearch", &nobody, &root("+"), (0, &[
                "namingContexts: dc=h34,dc=gov,dc=vn", "supportedLDAPVersion: 3", "vendorName: LGSP",
                "supportedControl: 1.2.840.113556.1.4.319",
                "supportedExtension: 1.3.6.1.4.1.4203.1.11.1",
                "supportedExtension: 1.3.6.1.4.1.4203.1.11.3",
            ], &["1.3.6.1.4.1.1466.20037"])),
            case("ldapsearch", &nobody, &root("*"), (0, &["objectClass: top"], &["vendorName"])),
            case("ldapsearch", &nobody, &root("vendorname"), (0, &["LGSP"], &["objectClass"])),
            case("ldapsearch", &nobody, &search("cn=subschema", "base", "(objectClass=subschema)"),
                (0, &["dn: cn=subschema"], &[])),
            case("ldapsearch", &nobody, &[
                "-LLL", "-o", "ldif-wrap=no", "-b", "cn=subschema", "-s", "base", "attributeTypes",
                "objectClasses",
            ], (0, &["NAME ( 'cn' 'commonName' )", "NAME 'inetOrgPerson'"], &[])),
            case("ldapsearch", &nobody, &search(BASE, "sub", "(uid=van.an)"), (50, &["bind before"], &["dn:"])),
            case("ldapsearch", &nobody, &search(BASE, "base", "(objectClass=*)"), (50, &[], &["dn:"])),
            case("ldapsearch", &nobody, &search("", "sub", "(objectClass=*)"), (50, &[], &["dn:"])),
            case("ldapcompare", &nobody, &[&person("van.an"), "title:Chuyên viên"], (50, &[], &[])),
            case("ldapwhoami", &nobody, &[], (0, &["anonymous"], &[])),
        ])
        .await;
    }

    async fn who_may_bind(world: &World) {
        let all = world.as_app("all");
        let who = |name: &str, password: &str| as_name(name, password);
        check(world, vec![
            case("ldapwhoami", &all, &[], (0, &["dn:cn=all,ou=apps,dc=h34,dc=gov,dc=vn"], &[])),
            case("ldapwhoami", &who(&person("van.an"), GOOD), &[], (0, &["dn:uid=van.an,ou=people,dc=h34,dc=gov,dc=vn"], &[])),
            case("ldapwhoami", &who("UID=Van.An, OU=People, DC=H34,DC=gov,dc=vn", GOOD), &[], (0, &["dn:uid=van.an"], &[])),
            case("ldapwhoami", &who(&person("van.an"), WRONG), &[], (49, &["Invalid credentials"], &[])),
            case("ldapwhoami", &who(&person("nobody"), GOOD), &[], (49, &["Invalid credentials"], &[])),
            case("ldapwhoami", &who(&person("dich.vu"), GOOD), &[], (49, &[], &[])),
            case("ldapwhoami", &who(&person("van.an"), ""), &[], (53, &["needs a password"], &[])),
            case("ldapwhoami", &who(&app("all"), WRONG), &[], (49, &[], &[])),
            case("ldapwhoami", &who(&app("off"), &world.secrets[0]), &[], (49, &[], &[])),
            case("ldapwhoami", &who(&app("office"), &world.secrets[0]), &[], (49, &[], &[])),
            case("ldapwhoami", &who("cn=admin,dc=elsewhere", GOOD), &[], (49, &[], &[])),
            case("ldapwhoami", &who("van.an", GOOD), &[], (34, &[], &[])),
        ])
        .await;
    }

    async fn people_are_in_the_groups_above_their_own_ones(world: &World) {
        let inner = world.identity.group_by_name("Tổ tin học").await.unwrap().unwrap();
        let actor = world.actor();
        let members = MembersChange { add_groups: vec![inner.id], ..MembersChange::default() };
        let new = NewGroup { name: "van-phong".to_owned(), members, ..NewGroup::default() };
        let outer = world.identity.create_group(&actor, new).await.unwrap();
        let members = MembersChange { add_groups: vec![outer.id], ..MembersChange::default() };
        let new = NewGroup { name: "so".to_owned(), members, ..NewGroup::default() };
        world.identity.create_group(&actor, new).await.unwrap();
        let all = world.as_app("all");
        let find = |filter: &'static str| search(BASE, "sub", filter);
        let member_of = {
            let mut words = find("(uid=van.an)");
            words.push("memberOf");
            words
        };
        check(world, vec![
            case("ldapsearch", &all, &member_of, (0, &["memberOf: cn=van-phong,ou=groups,dc=h34,dc=gov,dc=vn", "memberOf: cn=so,ou=groups,dc=h34,dc=gov,dc=vn"], &[])),
            case("ldapsearch", &all, &find("(memberOf=cn=so,ou=groups,dc=h34,dc=gov,dc=vn)"), (0, &["dn: uid=van.an,"], &["dn: uid=thu.binh,"])),
            case("ldapsearch", &all, &find("(cn=so)"), (0, &["member: uid=van.an,ou=people,dc=h34,dc=gov,dc=vn"], &["uid=thu.binh", "cn=van-phong"])),
            case("ldapsearch", &all, &find("(&(objectClass=groupOfNames)(member=uid=van.an,ou=people,dc=h34,dc=gov,dc=vn))"), (0, &["dn: cn=van-phong,", "dn: cn=so,"], &[])),
            case("ldapcompare", &all, &["cn=so,ou=groups,dc=h34,dc=gov,dc=vn", "member:uid=van.an,ou=people,dc=h34,dc=gov,dc=vn"], (6, &[], &[])),
            case("ldapcompare", &all, &["cn=so,ou=groups,dc=h34,dc=gov,dc=vn", "member:uid=thu.binh,ou=people,dc=h34,dc=gov,dc=vn"], (5, &[], &[])),
        ])
        .await;
    }

    async fn searches_find_what_they_mean(world: &World) {
        let all = world.as_app("all");
        let people = people();
        let find = |filter: &'static str| search(BASE, "sub", filter);
        let an: &[&str] = &["dn: uid=van.an,"];
        let binh: &[&str] = &["dn: uid=thu.binh,"];
        let one_of = |mut words: Vec<&'static str>, more: &[&'static str]| {
            words.extend(more);
            words
        };
        check(world, vec![
            case("ldapsearch", &all, &find("(uid=VAN.AN)"), (0, &["dn: uid=van.an,ou=people,dc=h34", "mail: van.an@h34.gov.vn", "title:: ", "departmentNumber: H34.01", "employeeType: official", "sAMAccountName: van.an", "employeeNumber: H34.01", "objectClass: inetOrgPerson"], &["memberOf", "entryUUID", "thu.binh", "userPassword"])),
            case("ldapsearch", &all, &find("(mail=Van.An@H34.gov.vn)"), (0, an, binh)),
            case("ldapsearch", &all, &find("(cn=nguyễn văn an)"), (0, an, binh)),
            case("ldapsearch", &all, &find("(cn~=tran thu binh)"), (0, binh, an)),
            case("ldapsearch", &all, &find("(cn=*Thu*)"), (0, binh, an)),
            case("ldapsearch", &all, &find("(uid=van*)"), (0, an, binh)),
            case("ldapsearch", &all, &find("(|(uid=van.an)(mail=thu.binh@h34.gov.vn))"), (0, &["uid=van.an,", "uid=thu.binh,"], &["uid=quan.tri,"])),
            case("ldapsearch", &all, &find("(&(objectClass=inetOrgPerson)(!(uid=van.an)))"), (0, &["uid=thu.binh,", "uid=quan.tri,"], &["dn: uid=van.an,", "ou=units"])),
            case("ldapsearch", &all, &find("(shoeSize=43)"), (0, &[], &["dn:"])),
            case("ldapsearch", &all, &find("(!(shoeSize=43))"), (0, &[], &["dn:"])),
            case("ldapsearch", &all, &find("(employeeNumber=H34.02)"), (0, binh, an)),
            case("ldapsearch", &all, &find("(createTimestamp>=20200101000000Z)"), (0, an, &[])),
            case("ldapsearch", &all, &find("(createTimestamp<=20200101000000Z)"), (0, &[], an)),
            case("ldapsearch", &all, &find("(memberOf=cn=Tổ tin học,ou=groups,dc=h34,dc=gov,dc=vn)"), (0, an, binh)),
            case("ldapsearch", &all, &find("(uid:caseExactMatch:=van.an)"), (0, an, &[])),
            case("ldapsearch", &all, &find("(uid=van.an\\2a)"), (0, &[], an)),
            case("ldapsearch", &all, &find("(uid=dich.vu)"), (0, &[], &["dn:"])),
            case("ldapsearch", &all, &one_of(find("(uid=van.an)"), &["memberOf"]), (0, &["memberOf:: "], &["mail"])),
            case("ldapsearch", &all, &one_of(find("(uid=van.an)"), &["1.1"]), (0, an, &["mail", "objectClass"])),
            case("ldapsearch", &all, &one_of(find("(uid=van.an)"), &["+"]), (0, &["entryUUID: ", "createTimestamp: 2026", "modifyTimestamp: ", "structuralObjectClass: inetOrgPerson", "memberOf:: "], &["mail"])),
            case("ldapsearch", &all, &one_of(find("(uid=van.an)"), &["*", "entryDN"]), (0, &["mail: ", "entryDN: uid=van.an,"], &["entryUUID"])),
            case("ldapsearch", &all, &one_of(vec!["-A"], &find("(uid=van.an)")), (0, &["mail:"], &["van.an@"])),
            case("ldapsearch", &all, &search(&people, "base", "(objectClass=*)"), (0, &["dn: ou=people,"], an)),
            case("ldapsearch", &all, &search(&people, "one", "(objectClass=*)"), (0, an, &["dn: ou=people,"])),
            case("ldapsearch", &all, &search(BASE, "one", "(objectClass=*)"), (0, &["dn: ou=people,", "dn: ou=groups,", "dn: ou=units,", "dn: ou=apps,"], an)),
            case("ldapsearch", &all, &search(BASE, "base", "(objectClass=dcObject)"), (0, &["dc: h34", "o:: "], an)),
            case("ldapsearch", &all, &search(&person("van.an"), "base", "(objectClass=*)"), (0, an, &[])),
            case("ldapsearch", &all, &search(&person("nobody"), "base", "(objectClass=*)"), (32, &["Matched DN: ou=people,dc=h34,dc=gov,dc=vn"], &["dn:"])),
            case("ldapsearch", &all, &search("dc=elsewhere", "sub", "(objectClass=*)"), (32, &[], &["dn:"])),
        ])
        .await;
    }

    async fn groups_agencies_and_applications(world: &World) {
        let all = world.as_app("all");
        let groups = format!("ou=groups,{BASE}");
        let units = format!("ou=units,{BASE}");
        let province = format!("ou=H34,{units}");
        let office = format!("ou=h34.01,{province}");
        let apps = format!("ou=apps,{BASE}");
        check(world, vec![
            case("ldapsearch", &all, &search(&groups, "one", "(objectClass=groupOfNames)"), (0, &["member: uid=van.an,", "member: uid=thu.binh,", "cn:: "], &[])),
            case("ldapsearch", &all, &search(&groups, "sub", "(&(objectClass=groupOfNames)(member=uid=thu.binh,ou=people,dc=h34,dc=gov,dc=vn))"), (0, &["dn:: ", "member: uid=van.an,"], &["ou: H34.01"])),
            case("ldapsearch", &all, &search(&groups, "sub", "(cn=tổ tin học)"), (0, &["ou: H34.01"], &["thu.binh"])),
            case("ldapsearch", &all, &search(&units, "one", "(objectClass=*)"), (0, &["dn: ou=H34,ou=units,"], &["H34.01"])),
            case("ldapsearch", &all, &search(&province, "one", "(departmentNumber=H34.0*)"), (0, &["dn: ou=H34.01,ou=H34,ou=units,", "dn: ou=H34.09,"], &["dn: ou=H34.21,"])),
            case("ldapsearch", &all, &search(&office, "base", "(objectClass=organizationalUnit)"), (0, &["ou: H34.01", "description:: "], &[])),
            case("ldapsearch", &all, &search(&units, "sub", "(departmentNumber=H34.22.01)"), (0, &["dn: ou=H34.22.01,ou=H34.22,ou=H34,ou=units,"], &[])),
            case("ldapsearch", &all, &search(&format!("ou=H34.01,{units}"), "base", "(objectClass=*)"), (32, &[], &[])),
            case("ldapsearch", &all, &search(&apps, "one", "(objectClass=*)"), (0, &["dn: cn=all,"], &["cn=office"])),
        ])
        .await;
    }

    async fn everybody_sees_what_is_allowed(world: &World) {
        let office = world.as_app("office");
        let officials = world.as_app("officials");
        let own = as_name(&person("van.an"), GOOD);
        let groups = format!("ou=groups,{BASE}");
        let everyone = search(BASE, "sub", "(objectClass=inetOrgPerson)");
        check(world, vec![
            case("ldapsearch", &office, &everyone, (0, &["uid=van.an,", "uid=quan.tri,"], &["thu.binh"])),
            case("ldapsearch", &office, &search(BASE, "sub", "(uid=thu.binh)"), (0, &[], &["dn:"])),
            case("ldapsearch", &office, &search(&person("thu.binh"), "base", "(objectClass=*)"), (32, &[], &[])),
            case("ldapsearch", &office, &search(&groups, "sub", "(member=*)"), (0, &["member: uid=van.an,"], &["thu.binh"])),
            case("ldapcompare", &office, &[&person("thu.binh"), "departmentNumber:H34.02"], (32, &[], &[])),
            case("ldapsearch", &officials, &everyone, (0, &["uid=van.an,", "uid=thu.binh,"], &["quan.tri"])),
            case("ldapsearch", &officials, &search(&groups, "one", "(objectClass=*)"), (0, &[], &["dn:"])),
            case("ldapsearch", &own, &everyone, (0, &["uid=van.an,"], &["thu.binh", "quan.tri"])),
            case("ldapsearch", &own, &search(&groups, "one", "(objectClass=*)"), (0, &["member: uid=van.an,"], &["thu.binh"])),
        ])
        .await;
    }

    async fn comparisons_limits_and_refusals(world: &World) {
        let all = world.as_app("all");
        let an = person("van.an");
        let with = |option: &'static str, value: &'static str| {
            let mut words = vec![option, value];
            words.extend(search(BASE, "sub", "(objectClass=inetOrgPerson)"));
            words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()
        };
        let words = |words: &[String]| words.to_vec();
        let size = words(&with("-z", "1"));
        let paged = words(&with("-E", "pr=1/noprompt"));
        let unknown = words(&with("-E", "!sync=ro"));
        fn texts(words: &[String]) -> Vec<&str> {
            words.iter().map(String::as_str).collect()
        }
        check(world, vec![
            case("ldapcompare", &all, &[&an, "mail:VAN.AN@h34.gov.vn"], (6, &["TRUE"], &[])),
            case("ldapcompare", &all, &[&an, "mail:other@h34.gov.vn"], (5, &["FALSE"], &[])),
            case("ldapcompare", &all, &[&an, "mobile:1"], (16, &[], &[])),
            case("ldapcompare", &all, &[&an, "shoeSize:1"], (17, &[], &[])),
            case("ldapcompare", &all, &[&an, "userPassword:x"], (50, &[], &[])),
            case("ldapcompare", &all, &[&person("nobody"), "uid:x"], (32, &[], &[])),
            case("ldapsearch", &all, &texts(&size), (4, &["dn: uid="], &[])),
            case("ldapsearch", &all, &texts(&paged), (0, &["uid=van.an,", "uid=thu.binh,", "uid=quan.tri,"], &[])),
            case("ldapsearch", &all, &texts(&unknown), (12, &[], &["dn:"])),
            case("ldapdelete", &all, &[&an], (53, &["read-only"], &[])),
            case("ldapmodrdn", &all, &[&an, "uid=other"], (53, &["read-only"], &[])),
        ])
        .await;
    }

    async fn self_service_changes_the_own_entry_and_nothing_else(world: &World) {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, dn: &str, lines: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, format!("dn: {dn}\nchangetype: modify\n{lines}\n")).unwrap();
            path.display().to_string()
        };
        let own = as_name(&person("van.an"), GOOD);
        let now = as_name(&person("van.an"), OTHER);
        let (an, binh) = (person("van.an"), person("thu.binh"));
        let phone = file("phone", &an, "replace: telephoneNumber\ntelephoneNumber: 0260 77");
        let no_phone = file("no_phone", &an, "delete: telephoneNumber");
        let name = file("name", &an, "replace: cn\ncn: Ai khác");
        let foreign = file("foreign", &binh, "replace: telephoneNumber\ntelephoneNumber: 1");
        let short = file("short", &an, "replace: userPassword\nuserPassword: short");
        let wrong = file("wrong", &an, &format!("delete: userPassword\nuserPassword: {WRONG}\n-\nadd: userPassword\nuserPassword: {OTHER}"));
        let right = file("right", &an, &format!("delete: userPassword\nuserPassword: {GOOD}\n-\nadd: userPassword\nuserPassword: {OTHER}"));
        // `"Song-Dak-Bla-7!"` in UTF-16, as Active Directory's clients send it.
        let quoted: Vec<u8> = format!("\"{GOOD}\"").encode_utf16().flat_map(u16::to_le_bytes).collect();
        let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, quoted);
        let unicode = file("unicode", &an, &format!("replace: unicodePwd\nunicodePwd:: {encoded}"));
        let both = file("both", &an, &format!("replace: userPassword\nuserPassword: {OTHER}\n-\nreplace: telephoneNumber\ntelephoneNumber: 1"));
        let by_phone = search(BASE, "sub", "(telephoneNumber=0260 77)");
        check(world, vec![
            case("ldapmodify", &own, &["-f", &phone], (0, &[], &[])),
            case("ldapsearch", &own, &by_phone, (0, &["dn: uid=van.an,"], &[])),
            case("ldapmodify", &own, &["-f", &no_phone], (0, &[], &[])),
            case("ldapsearch", &own, &by_phone, (0, &[], &["dn:"])),
            case("ldapmodify", &own, &["-f", &name], (53, &["only the own password"], &[])),
            case("ldapmodify", &own, &["-f", &foreign], (50, &[], &[])),
            case("ldapmodify", &world.as_app("all"), &["-f", &phone], (50, &[], &[])),
            case("ldapmodify", &own, &["-f", &short], (19, &["14 characters"], &[])),
            case("ldapmodify", &own, &["-f", &both], (53, &["one after the other"], &[])),
            case("ldapmodify", &own, &["-f", &wrong], (49, &[], &[])),
            case("ldapmodify", &own, &["-f", &right], (0, &[], &[])),
            case("ldapwhoami", &own, &[], (49, &[], &[])),
            case("ldapmodify", &now, &["-f", &unicode], (0, &[], &[])),
            case("ldapwhoami", &own, &[], (0, &["van.an"], &[])),
        ])
        .await;
    }

    async fn passwords_are_changed_by_who_knows_them(world: &World) {
        let own = |password: &str| as_name(&person("van.an"), password);
        let an = person("van.an");
        let nobody: Vec<String> = Vec::new();
        check(world, vec![
            case("ldappasswd", &own(GOOD), &["-s", "short"], (1, &["(19)", "password"], &[])),
            case("ldappasswd", &own(GOOD), &["-s", OTHER, &person("thu.binh")], (1, &["(50)", "only the own"], &[])),
            case("ldappasswd", &own(GOOD), &["-a", WRONG, "-s", OTHER], (1, &["(49)"], &[])),
            case("ldappasswd", &world.as_app("all"), &["-s", OTHER, &an], (1, &["(50)"], &[])),
            case("ldappasswd", &own(GOOD), &["-s", OTHER], (0, &[], &[])),
            case("ldapwhoami", &own(GOOD), &[], (49, &[], &[])),
            case("ldapwhoami", &own(OTHER), &[], (0, &["van.an"], &[])),
            case("ldappasswd", &nobody, &["-a", OTHER, "-s", GOOD, &an], (0, &[], &[])),
            case("ldapwhoami", &own(GOOD), &[], (0, &["van.an"], &[])),
            case("ldappasswd", &own(GOOD), &[], (0, &["New password: Aa7!"], &[])),
            case("ldapwhoami", &own(GOOD), &[], (49, &[], &[])),
        ])
        .await;
    }
}
