//! Reading messages.
//!
//! Owns: `message`, and `filter` for filters inside.
//! Not here: elements (`ber.rs`).
//! Invariant: unknown elements at the end of an extensible sequence are ignored (RFC 4511, 4).

use super::{
    Malformed,
    ber::{Reader, number, tag, text},
    filter,
    message::{
        Attribute, Auth, Change, ChangeKind, Control, Deref, Message, Operation, Scope, Search,
    },
    result::{Code, Outcome},
};

/// Controls, attributes, changes or values of one message, each at most so many.
const ITEMS_MAX: usize = 10_000;

pub(super) fn message(bytes: &[u8]) -> Result<Message, Malformed> {
    let mut outer = Reader::new(bytes);
    let mut reader = outer.nested(tag::SEQUENCE)?;
    outer.end()?;
    let id = reader.number32(tag::INTEGER)?;
    if id < 0 {
        return Err(Malformed("message number below zero"));
    }
    let (operation_tag, content) = reader.next_element()?;
    let operation = operation(operation_tag, content)?;
    let controls = match reader.optional(0xa0)? {
        Some(content) => controls(Reader::new(content))?,
        None => Vec::new(),
    };
    Ok(Message {
        id,
        operation,
        controls,
    })
}

fn controls(mut reader: Reader<'_>) -> Result<Vec<Control>, Malformed> {
    list(&mut reader, |reader| {
        let mut reader = reader.nested(tag::SEQUENCE)?;
        let oid = reader.text(tag::OCTETS)?;
        let is_critical = match reader.peek() {
            Some(tag::BOOLEAN) => reader.boolean(tag::BOOLEAN)?,
            _ => false,
        };
        let value = reader.optional(tag::OCTETS)?.map(<[u8]>::to_vec);
        Ok(Control {
            oid,
            is_critical,
            value,
        })
    })
}

/// Reads to the end, at most [`ITEMS_MAX`] items.
fn list<'a, T>(
    reader: &mut Reader<'a>,
    mut item: impl FnMut(&mut Reader<'a>) -> Result<T, Malformed>,
) -> Result<Vec<T>, Malformed> {
    let mut items = Vec::new();
    while !reader.is_empty() {
        if items.len() == ITEMS_MAX {
            return Err(Malformed("too many items"));
        }
        items.push(item(reader)?);
    }
    Ok(items)
}

fn operation(operation_tag: u8, content: &[u8]) -> Result<Operation, Malformed> {
    let mut reader = Reader::new(content);
    let reader = &mut reader;
    Ok(match operation_tag {
        0x60 => bind(reader)?,
        0x61 => Operation::BindDone {
            outcome: outcome(reader)?,
            credentials: reader.optional(0x87)?.map(<[u8]>::to_vec),
        },
        0x42 => Operation::Unbind,
        0x63 => search(reader)?,
        0x64 => Operation::Entry {
            dn: reader.text(tag::OCTETS)?,
            attributes: attributes(reader)?,
        },
        0x73 => Operation::Reference(list(reader, |reader| reader.text(tag::OCTETS))?),
        0x65 => Operation::SearchDone(outcome(reader)?),
        0x66 => Operation::Modify {
            dn: reader.text(tag::OCTETS)?,
            changes: changes(reader)?,
        },
        0x67 => Operation::ModifyDone(outcome(reader)?),
        0x68 => Operation::Add {
            dn: reader.text(tag::OCTETS)?,
            attributes: attributes(reader)?,
        },
        0x69 => Operation::AddDone(outcome(reader)?),
        0x4a => Operation::Delete(text(content)?),
        0x6b => Operation::DeleteDone(outcome(reader)?),
        0x6c => Operation::Rename {
            dn: reader.text(tag::OCTETS)?,
            new_rdn: reader.text(tag::OCTETS)?,
            is_old_deleted: reader.boolean(tag::BOOLEAN)?,
            new_superior: reader.optional(0x80)?.map(text).transpose()?,
        },
        0x6d => Operation::RenameDone(outcome(reader)?),
        0x6e => compare(reader)?,
        0x6f => Operation::CompareDone(outcome(reader)?),
        0x50 => Operation::Abandon(abandoned(content)?),
        0x77 => Operation::Extended {
            oid: reader.text(0x80)?,
            value: reader.optional(0x81)?.map(<[u8]>::to_vec),
        },
        0x78 => Operation::ExtendedDone {
            outcome: outcome(reader)?,
            oid: reader.optional(0x8a)?.map(text).transpose()?,
            value: reader.optional(0x8b)?.map(<[u8]>::to_vec),
        },
        0x79 => Operation::Intermediate {
            oid: reader.optional(0x80)?.map(text).transpose()?,
            value: reader.optional(0x81)?.map(<[u8]>::to_vec),
        },
        _ => return Err(Malformed("unknown operation")),
    })
}

fn bind(reader: &mut Reader<'_>) -> Result<Operation, Malformed> {
    let version = reader.number32(tag::INTEGER)?;
    let name = reader.text(tag::OCTETS)?;
    let auth = match reader.next_element()? {
        (0x80, password) => Auth::Simple(password.to_vec()),
        (0xa3, content) => {
            let mut inner = Reader::new(content);
            Auth::Sasl {
                mechanism: inner.text(tag::OCTETS)?,
                credentials: inner.optional(tag::OCTETS)?.map(<[u8]>::to_vec),
            }
        }
        _ => return Err(Malformed("unknown kind of authentication")),
    };
    Ok(Operation::Bind {
        version,
        name,
        auth,
    })
}

fn search(reader: &mut Reader<'_>) -> Result<Operation, Malformed> {
    let base = reader.text(tag::OCTETS)?;
    let scope = match reader.number(tag::ENUMERATED)? {
        0 => Scope::Base,
        1 => Scope::One,
        2 => Scope::Subtree,
        _ => return Err(Malformed("unknown scope")),
    };
    let deref = match reader.number(tag::ENUMERATED)? {
        0 => Deref::Never,
        1 => Deref::Searching,
        2 => Deref::Finding,
        3 => Deref::Always,
        _ => return Err(Malformed("unknown handling of aliases")),
    };
    let size_max = reader.number32(tag::INTEGER)?;
    let time_s_max = reader.number32(tag::INTEGER)?;
    if size_max < 0 || time_s_max < 0 {
        return Err(Malformed("limit below zero"));
    }
    let is_types_only = reader.boolean(tag::BOOLEAN)?;
    let filter = filter::read(reader)?;
    let mut names = reader.nested(tag::SEQUENCE)?;
    let attributes = list(&mut names, |reader| reader.text(tag::OCTETS))?;
    Ok(Operation::Search(Search {
        base,
        scope,
        deref,
        size_max,
        time_s_max,
        is_types_only,
        filter,
        attributes,
    }))
}

fn compare(reader: &mut Reader<'_>) -> Result<Operation, Malformed> {
    let dn = reader.text(tag::OCTETS)?;
    let mut assertion = reader.nested(tag::SEQUENCE)?;
    Ok(Operation::Compare {
        dn,
        attribute: assertion.text(tag::OCTETS)?,
        value: assertion.octets(tag::OCTETS)?,
    })
}

fn abandoned(content: &[u8]) -> Result<i32, Malformed> {
    i32::try_from(number(content)?).map_err(|_| Malformed("number too large"))
}

fn attributes(reader: &mut Reader<'_>) -> Result<Vec<Attribute>, Malformed> {
    let mut inner = reader.nested(tag::SEQUENCE)?;
    list(&mut inner, attribute)
}

fn attribute(reader: &mut Reader<'_>) -> Result<Attribute, Malformed> {
    let mut inner = reader.nested(tag::SEQUENCE)?;
    let name = inner.text(tag::OCTETS)?;
    let mut values = inner.nested(tag::SET)?;
    let values = list(&mut values, |reader| reader.octets(tag::OCTETS))?;
    Ok(Attribute { name, values })
}

fn changes(reader: &mut Reader<'_>) -> Result<Vec<Change>, Malformed> {
    let mut inner = reader.nested(tag::SEQUENCE)?;
    list(&mut inner, |reader| {
        let mut change = reader.nested(tag::SEQUENCE)?;
        let kind = match change.number(tag::ENUMERATED)? {
            0 => ChangeKind::Add,
            1 => ChangeKind::Delete,
            2 => ChangeKind::Replace,
            3 => ChangeKind::Increment,
            _ => return Err(Malformed("unknown change")),
        };
        let attribute = attribute(&mut change)?;
        Ok(Change { kind, attribute })
    })
}

fn outcome(reader: &mut Reader<'_>) -> Result<Outcome, Malformed> {
    let code = Code(reader.number32(tag::ENUMERATED)?);
    let matched = reader.text(tag::OCTETS)?;
    let text = reader.text(tag::OCTETS)?;
    let referrals = match reader.optional(0xa3)? {
        Some(content) => list(&mut Reader::new(content), |reader| reader.text(tag::OCTETS))?,
        None => Vec::new(),
    };
    Ok(Outcome {
        code,
        matched,
        text,
        referrals,
    })
}
