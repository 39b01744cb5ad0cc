//! Writing messages.
//!
//! Owns: `message`.
//! Not here: elements (`ber.rs`), filters (`filter.rs`).

use super::{
    ber::{Writer, tag},
    message::{
        Attribute, Auth, Change, ChangeKind, Control, Deref, Message, Operation, Scope, Search,
    },
    result::Outcome,
};

pub(super) fn message(message: &Message) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.nest(tag::SEQUENCE, |writer| {
        writer.number(tag::INTEGER, i64::from(message.id));
        operation(writer, &message.operation);
        if !message.controls.is_empty() {
            writer.nest(0xa0, |writer| {
                message
                    .controls
                    .iter()
                    .for_each(|control| write_control(writer, control));
            });
        }
    });
    writer.into_bytes()
}

fn write_control(writer: &mut Writer, control: &Control) {
    writer.nest(tag::SEQUENCE, |writer| {
        writer.octets(tag::OCTETS, control.oid.as_bytes());
        if control.is_critical {
            writer.boolean(tag::BOOLEAN, true);
        }
        if let Some(value) = &control.value {
            writer.octets(tag::OCTETS, value);
        }
    });
}

fn operation(writer: &mut Writer, operation: &Operation) {
    match operation {
        Operation::Bind {
            version,
            name,
            auth,
        } => writer.nest(0x60, |writer| bind(writer, *version, name, auth)),
        Operation::BindDone {
            outcome,
            credentials,
        } => writer.nest(0x61, |writer| {
            write_outcome(writer, outcome);
            optional(writer, 0x87, credentials.as_deref());
        }),
        Operation::Unbind => writer.octets(0x42, &[]),
        Operation::Search(search) => writer.nest(0x63, |writer| write_search(writer, search)),
        Operation::Entry { dn, attributes } => writer.nest(0x64, |writer| {
            entry(writer, dn, attributes);
        }),
        Operation::Reference(urls) => writer.nest(0x73, |writer| texts(writer, urls)),
        Operation::SearchDone(outcome) => done(writer, 0x65, outcome),
        Operation::Modify { dn, changes } => writer.nest(0x66, |writer| {
            writer.octets(tag::OCTETS, dn.as_bytes());
            writer.nest(tag::SEQUENCE, |writer| {
                changes
                    .iter()
                    .for_each(|change| write_change(writer, change));
            });
        }),
        Operation::ModifyDone(outcome) => done(writer, 0x67, outcome),
        Operation::Add { dn, attributes } => writer.nest(0x68, |writer| {
            entry(writer, dn, attributes);
        }),
        Operation::AddDone(outcome) => done(writer, 0x69, outcome),
        Operation::Delete(dn) => writer.octets(0x4a, dn.as_bytes()),
        Operation::DeleteDone(outcome) => done(writer, 0x6b, outcome),
        Operation::Rename {
            dn,
            new_rdn,
            is_old_deleted,
            new_superior,
        } => writer.nest(0x6c, |writer| {
            writer.octets(tag::OCTETS, dn.as_bytes());
            writer.octets(tag::OCTETS, new_rdn.as_bytes());
            writer.boolean(tag::BOOLEAN, *is_old_deleted);
            optional(writer, 0x80, new_superior.as_deref().map(str::as_bytes));
        }),
        Operation::RenameDone(outcome) => done(writer, 0x6d, outcome),
        Operation::Compare {
            dn,
            attribute,
            value,
        } => writer.nest(0x6e, |writer| {
            writer.octets(tag::OCTETS, dn.as_bytes());
            writer.nest(tag::SEQUENCE, |writer| {
                writer.octets(tag::OCTETS, attribute.as_bytes());
                writer.octets(tag::OCTETS, value);
            });
        }),
        Operation::CompareDone(outcome) => done(writer, 0x6f, outcome),
        Operation::Abandon(id) => writer.number(0x50, i64::from(*id)),
        Operation::Extended { oid, value } => writer.nest(0x77, |writer| {
            writer.octets(0x80, oid.as_bytes());
            optional(writer, 0x81, value.as_deref());
        }),
        Operation::ExtendedDone {
            outcome,
            oid,
            value,
        } => writer.nest(0x78, |writer| {
            write_outcome(writer, outcome);
            optional(writer, 0x8a, oid.as_deref().map(str::as_bytes));
            optional(writer, 0x8b, value.as_deref());
        }),
        Operation::Intermediate { oid, value } => writer.nest(0x79, |writer| {
            optional(writer, 0x80, oid.as_deref().map(str::as_bytes));
            optional(writer, 0x81, value.as_deref());
        }),
    }
}

fn bind(writer: &mut Writer, version: i32, name: &str, auth: &Auth) {
    writer.number(tag::INTEGER, i64::from(version));
    writer.octets(tag::OCTETS, name.as_bytes());
    match auth {
        Auth::Simple(password) => writer.octets(0x80, password),
        Auth::Sasl {
            mechanism,
            credentials,
        } => writer.nest(0xa3, |writer| {
            writer.octets(tag::OCTETS, mechanism.as_bytes());
            optional(writer, tag::OCTETS, credentials.as_deref());
        }),
    }
}

fn write_search(writer: &mut Writer, search: &Search) {
    writer.octets(tag::OCTETS, search.base.as_bytes());
    let scope = match search.scope {
        Scope::Base => 0,
        Scope::One => 1,
        Scope::Subtree => 2,
    };
    writer.number(tag::ENUMERATED, scope);
    let deref = match search.deref {
        Deref::Never => 0,
        Deref::Searching => 1,
        Deref::Finding => 2,
        Deref::Always => 3,
    };
    writer.number(tag::ENUMERATED, deref);
    writer.number(tag::INTEGER, i64::from(search.size_max));
    writer.number(tag::INTEGER, i64::from(search.time_s_max));
    writer.boolean(tag::BOOLEAN, search.is_types_only);
    search.filter.write(writer);
    writer.nest(tag::SEQUENCE, |writer| texts(writer, &search.attributes));
}

fn entry(writer: &mut Writer, dn: &str, attributes: &[Attribute]) {
    writer.octets(tag::OCTETS, dn.as_bytes());
    writer.nest(tag::SEQUENCE, |writer| {
        attributes
            .iter()
            .for_each(|attribute| write_attribute(writer, attribute));
    });
}

fn write_attribute(writer: &mut Writer, attribute: &Attribute) {
    writer.nest(tag::SEQUENCE, |writer| {
        writer.octets(tag::OCTETS, attribute.name.as_bytes());
        writer.nest(tag::SET, |writer| {
            for value in &attribute.values {
                writer.octets(tag::OCTETS, value);
            }
        });
    });
}

fn write_change(writer: &mut Writer, change: &Change) {
    writer.nest(tag::SEQUENCE, |writer| {
        let kind = match change.kind {
            ChangeKind::Add => 0,
            ChangeKind::Delete => 1,
            ChangeKind::Replace => 2,
            ChangeKind::Increment => 3,
        };
        writer.number(tag::ENUMERATED, kind);
        write_attribute(writer, &change.attribute);
    });
}

fn done(writer: &mut Writer, element: u8, outcome: &Outcome) {
    writer.nest(element, |writer| write_outcome(writer, outcome));
}

fn write_outcome(writer: &mut Writer, outcome: &Outcome) {
    writer.number(tag::ENUMERATED, i64::from(outcome.code.0));
    writer.octets(tag::OCTETS, outcome.matched.as_bytes());
    writer.octets(tag::OCTETS, outcome.text.as_bytes());
    if !outcome.referrals.is_empty() {
        writer.nest(0xa3, |writer| texts(writer, &outcome.referrals));
    }
}

fn texts(writer: &mut Writer, values: &[String]) {
    for value in values {
        writer.octets(tag::OCTETS, value.as_bytes());
    }
}

fn optional(writer: &mut Writer, element: u8, value: Option<&[u8]>) {
    if let Some(value) = value {
        writer.octets(element, value);
    }
}
