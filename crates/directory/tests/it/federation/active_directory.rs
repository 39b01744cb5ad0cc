//! Active Directory, simulated: update numbers, GUIDs, lock bits, ranges of members.
//!
//! Owns: a stub that answers what a domain controller answers, no more. It stands in for the
//! real one, which cannot be installed here.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use lgsp_directory::ldap::wire::{
    Attribute, Auth, Code, Filter, Message, Operation, Outcome, Scope, Search, frame_length,
};
use lgsp_identity::State;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::{
    scenario::{connect, run, sign_in},
    upstream::{PASSWORD, READER_PASSWORD},
};
use crate::ldap::kit::{WRONG, worlds};

const BASE: &str = "DC=snv,DC=local";
const READER: &str = "reader@snv.local";
/// People of the domain; more than one range of members.
const PEOPLE: usize = 12;
/// Members that a controller gives at once.
const RANGE: usize = 5;

/// What the controller knows beside the fixed people.
#[derive(Default)]
struct Controller {
    /// Its highest number.
    usn: AtomicU64,
    /// Number of the person who is disabled; 0 for none.
    disabled: AtomicU64,
    /// Which controller answers.
    server: AtomicU64,
}

fn dn(number: usize) -> String {
    format!("CN=Người {number},CN=Users,{BASE}")
}

fn attribute(name: &str, values: &[&[u8]]) -> Attribute {
    Attribute {
        name: name.to_owned(),
        values: values.iter().map(|value| value.to_vec()).collect(),
    }
}

impl Controller {
    fn person(&self, number: usize) -> (u64, Operation) {
        let is_disabled = self.disabled.load(Ordering::SeqCst) == number as u64;
        let usn = if is_disabled {
            self.usn.load(Ordering::SeqCst)
        } else {
            number as u64
        };
        let mut guid = [7; 16];
        guid[0] = u8::try_from(number).unwrap();
        let bits: &[u8] = if is_disabled { b"514" } else { b"512" };
        let name = format!("Nguoi.{number}");
        let attributes = vec![
            attribute("objectGUID", &[&guid]),
            attribute("sAMAccountName", &[name.as_bytes()]),
            attribute("cn", &[format!("Người {number}").as_bytes()]),
            attribute("userAccountControl", &[bits]),
            attribute("uSNChanged", &[usn.to_string().as_bytes()]),
        ];
        let dn = dn(number);
        (usn, Operation::Entry { dn, attributes })
    }

    fn search(&self, search: &Search) -> Vec<Operation> {
        let text = search.filter.to_string();
        if search.base.is_empty() {
            let server = format!("CN=NTDS,CN=DC{}", self.server.load(Ordering::SeqCst));
            let usn = self.usn.load(Ordering::SeqCst).to_string();
            return vec![Operation::Entry {
                dn: String::new(),
                attributes: vec![
                    attribute("dsServiceName", &[server.as_bytes()]),
                    attribute("highestCommittedUSN", &[usn.as_bytes()]),
                ],
            }];
        }
        if text.contains("objectClass=group)") || search.scope == Scope::Base {
            return vec![self.group(search)];
        }
        let from = since(&search.filter);
        (1..=PEOPLE)
            .map(|number| self.person(number))
            .filter(|(usn, _)| *usn >= from)
            .filter(|(_, entry)| match text.split_once("sAMAccountName=") {
                None => true,
                Some((_, rest)) => {
                    let wanted = rest.split(')').next().unwrap();
                    let Operation::Entry { attributes, .. } = entry else {
                        return false;
                    };
                    attributes[1].values[0].eq_ignore_ascii_case(wanted.as_bytes())
                }
            })
            .map(|(_, entry)| entry)
            .collect()
    }

    /// A group whose members come in ranges.
    fn group(&self, search: &Search) -> Operation {
        let wanted = search.attributes.iter().find_map(|name| {
            let range = name.strip_prefix("member;range=")?;
            range.split('-').next()?.parse::<usize>().ok()
        });
        let start = wanted.unwrap_or(0);
        let end = (start + RANGE).min(PEOPLE);
        let last = if end == PEOPLE {
            "*".to_owned()
        } else {
            (end - 1).to_string()
        };
        let members: Vec<String> = (start + 1..=end).map(dn).collect();
        let members: Vec<&[u8]> = members.iter().map(String::as_bytes).collect();
        Operation::Entry {
            dn: format!("CN=Tat ca,CN=Users,{BASE}"),
            attributes: vec![
                attribute("objectGUID", &[&[9; 16]]),
                attribute("cn", &[b"Tat ca"]),
                attribute("member", &[]),
                attribute(&format!("member;range={start}-{last}"), &members),
            ],
        }
    }

    async fn serve(&self, mut stream: TcpStream) {
        let mut buffer = Vec::new();
        let mut part = [0; 4_096];
        loop {
            while let Some(length) = frame_length(&buffer).unwrap() {
                if buffer.len() < length {
                    break;
                }
                let rest = buffer.split_off(length);
                let message = Message::decode(&std::mem::replace(&mut buffer, rest)).unwrap();
                let mut bytes = Vec::new();
                for operation in self.answer(&message.operation) {
                    bytes.extend(Message::new(message.id, operation).encode());
                }
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            match stream.read(&mut part).await {
                Ok(0) | Err(_) => return,
                Ok(count) => buffer.extend_from_slice(&part[..count]),
            }
        }
    }

    fn answer(&self, operation: &Operation) -> Vec<Operation> {
        match operation {
            Operation::Bind { name, auth, .. } => {
                let Auth::Simple(password) = auth else {
                    panic!("simple")
                };
                let wanted = if name == READER {
                    READER_PASSWORD
                } else {
                    PASSWORD
                };
                let outcome = match password == wanted.as_bytes() {
                    true => Outcome::success(),
                    false => Outcome::new(Code::INVALID_CREDENTIALS, "80090308: data 52e"),
                };
                let credentials = None;
                vec![Operation::BindDone {
                    outcome,
                    credentials,
                }]
            }
            Operation::Search(search) => {
                let mut found = self.search(search);
                // Controllers hint at their other partitions; nobody follows.
                found.push(Operation::Reference(vec![
                    "ldap://elsewhere.local/".to_owned(),
                ]));
                found.push(Operation::SearchDone(Outcome::success()));
                found
            }
            other => panic!("{other:?}"),
        }
    }
}

fn since(filter: &Filter) -> u64 {
    match filter {
        Filter::And(parts) => parts.iter().map(since).max().unwrap_or(0),
        Filter::AtLeast { attribute, value } if attribute == "uSNChanged" => {
            String::from_utf8_lossy(value).parse().unwrap()
        }
        _ => 0,
    }
}

worlds! {
    async fn active_directory_is_read_by_its_own_rules(world: &World) {
        let controller = Arc::new(Controller::default());
        controller.usn.store(100, Ordering::SeqCst);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ldap://{}", listener.local_addr().unwrap());
        let serving = controller.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let controller = serving.clone();
                tokio::spawn(async move { controller.serve(stream).await });
            }
        });
        connect(world, json!({
            "title": "AD", "product": "active_directory", "urls": [url], "start_tls": false,
            "allow_local_addresses": true, "bind_dn": READER,
            "people_base": BASE, "people_filter": "(objectCategory=person)", "groups_base": BASE,
            "groups_filter": "(objectClass=group)", "agency": "H34.02",
            "attributes": {"username": "sAMAccountName"},
        })).await;

        let full = run(world, "full").await;
        assert_eq!(full["report"]["created"], PEOPLE, "{full}");
        let third = world.identity.account_by_username("nguoi.3").await.unwrap();
        assert_eq!(third.external_id.as_deref(), Some("07070703-0707-0707-0707-070707070707"));
        let group = world.identity.group_by_name("Tat ca").await.unwrap().unwrap();
        assert_eq!(world.identity.members(group.id).await.unwrap().len(), PEOPLE, "all ranges");
        assert!(sign_in(world, "Nguoi.3", PASSWORD).await.is_ok());
        assert!(sign_in(world, "Nguoi.3", WRONG).await.is_err());

        // The number of the last reading is not read again; what came behind it is.
        let quiet = run(world, "delta").await;
        assert_eq!(quiet["report"]["read"], 0, "{quiet}");
        controller.usn.store(101, Ordering::SeqCst);
        controller.disabled.store(3, Ordering::SeqCst);
        let delta = run(world, "delta").await;
        assert_eq!((&delta["report"]["read"], &delta["report"]["locked"]), (&json!(1), &json!(1)), "{delta}");
        let third = world.identity.account_by_username("nguoi.3").await.unwrap();
        assert_eq!(third.state, State::Disabled);

        // Another controller counts otherwise: everything is read.
        controller.server.store(2, Ordering::SeqCst);
        controller.disabled.store(0, Ordering::SeqCst);
        let moved = run(world, "delta").await;
        assert_eq!((&moved["report"]["read"], &moved["report"]["unlocked"]), (&json!(PEOPLE), &json!(1)), "{moved}");
    }
}
