//! PATCH: changing a resource by operations.
//!
//! Owns: `apply`, the limits of a request.
//! Not here: what the changed resource means (`user.rs`, `group.rs`).
//! Invariant: the resource is left as it was when one operation is refused, because the caller
//! works on a copy; what is read-only never changes.
//! Follows: RFC 7644, section 3.5.2.

use serde_json::Value;

use super::{
    error::{ScimError, ScimResult, ScimType},
    filter::{Filter, Operator, eval::value_holds},
    json::{Object, is_unassigned, member},
    normal::{VALUES_MAX, of_attribute, single},
    path::{PatchPath, Resolved},
    schema::{Attribute, Mutability, Shape, Type},
};

/// Operations of one request.
pub(crate) const OPERATIONS_MAX: usize = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Add,
    Replace,
    Remove,
}

fn syntax(detail: &str) -> ScimError {
    ScimError::typed(ScimType::InvalidSyntax, detail)
}

/// Applies all operations of a request, in their order.
///
/// # Errors
/// `invalidSyntax`, `invalidPath`, `invalidFilter`, `noTarget`, `mutability`, `invalidValue`.
pub(crate) fn apply(resource: &mut Object, request: &Value, shape: &Shape) -> ScimResult<()> {
    let request = request
        .as_object()
        .ok_or_else(|| syntax("an object is wanted"))?;
    let operations = member(request, "Operations").and_then(Value::as_array);
    let operations = operations.ok_or_else(|| syntax("Operations are missing"))?;
    if operations.len() > OPERATIONS_MAX {
        return Err(ScimError::typed(ScimType::TooMany, "too many operations"));
    }
    for operation in operations {
        let operation = operation
            .as_object()
            .ok_or_else(|| syntax("an operation is an object"))?;
        let word = member(operation, "op").and_then(Value::as_str);
        let act = match word.map(str::to_ascii_lowercase).as_deref() {
            Some("add") => Act::Add,
            Some("replace") => Act::Replace,
            Some("remove") => Act::Remove,
            _ => return Err(syntax("op is add, replace or remove")),
        };
        let path = match member(operation, "path") {
            None | Some(Value::Null) => None,
            Some(Value::String(path)) => Some(path.as_str()),
            Some(_) => return Err(ScimError::typed(ScimType::InvalidPath, "path is a text")),
        };
        let value = member(operation, "value");
        match path {
            Some(path) => {
                let path = PatchPath::parse(path, shape)?;
                at_path(resource, act, &path, value, shape)?;
            }
            None => whole(resource, act, value, shape)?,
        }
    }
    Ok(())
}

/// An operation without path: its value has the attributes.
fn whole(resource: &mut Object, act: Act, value: Option<&Value>, shape: &Shape) -> ScimResult<()> {
    if act == Act::Remove {
        return Err(ScimError::typed(ScimType::NoTarget, "remove needs a path"));
    }
    let members = value
        .and_then(Value::as_object)
        .ok_or_else(|| syntax("without a path the value is an object"))?;
    for (key, value) in members {
        if key.eq_ignore_ascii_case("schemas") {
            continue;
        }
        // What no schema knows is passed over, as in a whole resource.
        let Ok(path) = PatchPath::parse(key, shape) else {
            continue;
        };
        if let PatchPath::Attribute { target, .. } = &path
            && target.attribute.mutability == Mutability::ReadOnly
        {
            continue;
        }
        at_path(resource, act, &path, Some(value), shape)?;
    }
    Ok(())
}

fn at_path(
    resource: &mut Object,
    act: Act,
    path: &PatchPath<'_>,
    value: Option<&Value>,
    shape: &Shape,
) -> ScimResult<()> {
    match path {
        PatchPath::Extension(id) => of_extension(resource, act, id, value, shape),
        PatchPath::Attribute { target, filter } => match target.extension {
            None => at_attribute(resource, act, target, filter.as_ref(), value),
            Some(id) => within(resource, id, |members| {
                at_attribute(members, act, target, filter.as_ref(), value)
            }),
        },
    }
}

/// Works on the members of an extension; one without members goes away.
fn within(
    resource: &mut Object,
    id: &str,
    work: impl FnOnce(&mut Object) -> ScimResult<()>,
) -> ScimResult<()> {
    let mut members = match resource.remove(id) {
        Some(Value::Object(members)) => members,
        _ => Object::new(),
    };
    work(&mut members)?;
    if !members.is_empty() {
        resource.insert(id.to_owned(), Value::Object(members));
    }
    Ok(())
}

fn of_extension(
    resource: &mut Object,
    act: Act,
    id: &str,
    value: Option<&Value>,
    shape: &Shape,
) -> ScimResult<()> {
    if act != Act::Add {
        resource.remove(id);
    }
    if act == Act::Remove {
        return Ok(());
    }
    let members = match value {
        Some(Value::Object(members)) => members,
        None | Some(Value::Null) => return Ok(()),
        Some(_) => {
            return Err(ScimError::typed(
                ScimType::InvalidValue,
                "an object is wanted",
            ));
        }
    };
    for (name, value) in members {
        let Some(found) = shape.find(Some(id), name) else {
            continue;
        };
        if found.attribute.mutability == Mutability::ReadOnly {
            continue;
        }
        let target = Resolved {
            extension: found.extension,
            attribute: found.attribute,
            sub: None,
        };
        within(resource, id, |members| {
            at_attribute(members, act, &target, None, Some(value))
        })?;
    }
    Ok(())
}

fn at_attribute(
    holder: &mut Object,
    act: Act,
    target: &Resolved<'_>,
    filter: Option<&Filter>,
    value: Option<&Value>,
) -> ScimResult<()> {
    let attribute = target.attribute;
    let written = target.sub.unwrap_or(attribute);
    if attribute.mutability == Mutability::ReadOnly || written.mutability == Mutability::ReadOnly {
        let detail = format!("{} is read-only", written.name);
        return Err(ScimError::typed(ScimType::Mutability, detail));
    }
    let is_removal =
        act == Act::Remove || (act == Act::Replace && value.is_some_and(Value::is_null));
    if is_removal && written.is_required && target.sub.is_none() && filter.is_none() {
        let detail = format!("{} is required", written.name);
        return Err(ScimError::typed(ScimType::Mutability, detail));
    }
    if !is_removal && value.is_none() {
        return Err(ScimError::typed(ScimType::InvalidValue, "value is missing"));
    }
    let change = Change {
        act: if is_removal { Act::Remove } else { act },
        attribute,
        sub: target.sub,
        value,
    };
    match attribute.is_multi {
        true => change.many(holder, filter),
        false => change.one(holder),
    }
}

/// One operation on one attribute.
struct Change<'a> {
    act: Act,
    attribute: &'a Attribute,
    sub: Option<&'a Attribute>,
    /// What was sent; beside a removal some clients name the values that go.
    value: Option<&'a Value>,
}

impl Change<'_> {
    fn sent(&self) -> &Value {
        self.value.unwrap_or(&Value::Null)
    }

    /// On an attribute with one value.
    fn one(&self, holder: &mut Object) -> ScimResult<()> {
        let name = self.attribute.name.as_str();
        if self.sub.is_some() {
            let mut value = holder.remove(name).unwrap_or(Value::Null);
            self.part(&mut value)?;
            if !is_unassigned(&value) {
                holder.insert(name.to_owned(), value);
            }
            return Ok(());
        }
        if self.act == Act::Remove {
            holder.remove(name);
            return Ok(());
        }
        let made = of_attribute(self.attribute, self.sent())?;
        match (made, holder.get_mut(name)) {
            (Value::Object(parts), Some(Value::Object(present))) => present.extend(parts),
            (made, _) if is_unassigned(&made) => drop(holder.remove(name)),
            (made, _) => drop(holder.insert(name.to_owned(), made)),
        }
        Ok(())
    }

    /// Sets or removes the part of a value.
    fn part(&self, value: &mut Value) -> ScimResult<()> {
        let Some(sub) = self.sub else {
            return Ok(());
        };
        if !value.is_object() {
            *value = Value::Object(Object::new());
        }
        let Some(parts) = value.as_object_mut() else {
            return Ok(());
        };
        if self.act == Act::Remove {
            parts.remove(&sub.name);
            return Ok(());
        }
        let made = of_attribute(sub, self.sent())?;
        let present = parts.get(&sub.name);
        let is_fixed = sub.mutability == Mutability::Immutable;
        if is_fixed && present.is_some_and(|present| *present != made) {
            let detail = format!("{} cannot be changed", sub.name);
            return Err(ScimError::typed(ScimType::Mutability, detail));
        }
        parts.insert(sub.name.clone(), made);
        Ok(())
    }

    /// On an attribute with several values.
    fn many(&self, holder: &mut Object, filter: Option<&Filter>) -> ScimResult<()> {
        let name = self.attribute.name.as_str();
        let present = match holder.remove(name) {
            Some(Value::Array(items)) => items,
            Some(Value::Null) | None => Vec::new(),
            Some(one) => vec![one],
        };
        let mut items = match (filter, self.sub) {
            (Some(filter), _) => self.chosen(present, filter)?,
            (None, Some(_)) => self.parts_of_all(present)?,
            (None, None) => self.whole_values(present)?,
        };
        items.retain(|item| !is_unassigned(item));
        if items.len() > VALUES_MAX {
            let detail = format!("{name}: more than {VALUES_MAX} values");
            return Err(ScimError::typed(ScimType::InvalidValue, detail));
        }
        if !items.is_empty() {
            holder.insert(name.to_owned(), Value::Array(items));
        }
        Ok(())
    }

    fn whole_values(&self, mut present: Vec<Value>) -> ScimResult<Vec<Value>> {
        let sent = match of_attribute(self.attribute, self.sent())? {
            Value::Array(items) => items,
            other => vec![other],
        };
        match self.act {
            Act::Replace => Ok(sent),
            Act::Remove if sent.is_empty() => Ok(Vec::new()),
            Act::Remove => {
                present.retain(|item| !sent.iter().any(|gone| is_same(item, gone)));
                Ok(present)
            }
            Act::Add => {
                for item in sent {
                    if is_primary(&item) {
                        present.iter_mut().for_each(demote);
                    }
                    match present.iter_mut().find(|known| is_same(known, &item)) {
                        Some(known) => merge(known, item),
                        None => present.push(item),
                    }
                }
                Ok(present)
            }
        }
    }

    fn parts_of_all(&self, mut present: Vec<Value>) -> ScimResult<Vec<Value>> {
        if present.is_empty() && self.act != Act::Remove {
            present.push(Value::Null);
        }
        for item in &mut present {
            self.part(item)?;
        }
        Ok(present)
    }

    fn chosen(&self, mut present: Vec<Value>, filter: &Filter) -> ScimResult<Vec<Value>> {
        let holds = |item: &Value| value_holds(filter, item, self.attribute);
        let has_match = present.iter().any(holds);
        if !has_match && self.act == Act::Add {
            // What the filter asks for is what the new value has.
            present.push(Value::Object(asked(filter, self.attribute)));
        } else if !has_match {
            return Err(ScimError::typed(
                ScimType::NoTarget,
                "no value fits the filter",
            ));
        }
        if self.act == Act::Remove && self.sub.is_none() {
            present.retain(|item| !holds(item));
            return Ok(present);
        }
        let last = present.len().saturating_sub(1);
        let chosen: Vec<bool> = present
            .iter()
            .enumerate()
            .map(|(place, item)| holds(item) || (!has_match && place == last))
            .collect();
        for (item, _) in present
            .iter_mut()
            .zip(&chosen)
            .filter(|(_, is_chosen)| **is_chosen)
        {
            match (self.sub, self.act) {
                (Some(_), _) => self.part(item)?,
                (None, Act::Replace) => *item = single(self.attribute, self.sent())?,
                (None, _) => merge(item, single(self.attribute, self.sent())?),
            }
        }
        let becomes_primary = present
            .iter()
            .zip(&chosen)
            .any(|(item, is_chosen)| *is_chosen && is_primary(item));
        if becomes_primary {
            let others = present
                .iter_mut()
                .zip(&chosen)
                .filter(|(_, is_chosen)| !**is_chosen);
            others.for_each(|(item, _)| demote(item));
        }
        Ok(present)
    }
}

fn is_primary(item: &Value) -> bool {
    item.get("primary") == Some(&Value::Bool(true))
}

fn demote(item: &mut Value) {
    if is_primary(item)
        && let Some(parts) = item.as_object_mut()
    {
        parts.insert("primary".to_owned(), Value::Bool(false));
    }
}

/// Two values are one when their `value` is, and their type where both have one.
fn is_same(left: &Value, right: &Value) -> bool {
    let part = |item: &Value, name: &str| item.get(name).cloned();
    match (part(left, "value"), part(right, "value")) {
        (Some(one), Some(other)) => {
            let types = (part(left, "type"), part(right, "type"));
            one == other && !matches!(types, (Some(a), Some(b)) if a != b)
        }
        _ => left == right,
    }
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(present), Value::Object(parts)) => present.extend(parts),
        (present, other) => *present = other,
    }
}

/// The parts that a filter demands by equality.
fn asked(filter: &Filter, attribute: &Attribute) -> Object {
    let mut parts = Object::new();
    for condition in filter.conjuncts() {
        if let Filter::Compare(path, Operator::Eq, value) = condition
            && let Some(sub) = attribute.sub(&path.name)
            && sub.kind != Type::Complex
        {
            parts.insert(sub.name.clone(), value.clone());
        }
    }
    parts
}

#[cfg(test)]
#[path = "patch_tests.rs"]
mod tests;
