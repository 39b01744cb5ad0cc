//! The SQL of the registry.
//!
//! Owns: tables `resource`, `resource_revision`, `registry_change`.
//! Not here: checks (`mod.rs`).
//! Invariant: `registry_change` numbers ascend in the order of commit, because changes take
//! one lock; a snapshot that has read number N misses nothing up to N.

use lgsp_model::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use serde_json::Value;

use super::{Change, Resource, Revision, Snapshot};
use crate::{
    db::{Database, Migration, WriteTx},
    error::{Error, Result},
};

/// Tables of the registry.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "platform_20261122_04_registry",
    statements: &[
        "CREATE TABLE IF NOT EXISTS resource (
            kind TEXT NOT NULL, name TEXT NOT NULL, agency TEXT, revision BIGINT NOT NULL,
            spec TEXT, updated_at BIGINT NOT NULL, updated_by TEXT NOT NULL,
            PRIMARY KEY (kind, name))",
        "CREATE TABLE IF NOT EXISTS resource_revision (
            kind TEXT NOT NULL, name TEXT NOT NULL, revision BIGINT NOT NULL, agency TEXT,
            spec TEXT, at BIGINT NOT NULL, actor TEXT NOT NULL,
            PRIMARY KEY (kind, name, revision))",
        "CREATE TABLE IF NOT EXISTS registry_change (
            no {serial}, kind TEXT NOT NULL, name TEXT NOT NULL)",
    ],
}];

/// Takes the changes after `snapshot.change` into the snapshot.
pub(super) async fn load(db: &Database, snapshot: &mut Snapshot) -> Result<()> {
    let rows = db
        .query_all(
            "SELECT c.no, c.kind, c.name, r.agency, r.revision, r.spec, r.updated_at, \
             r.updated_by FROM registry_change AS c \
             LEFT JOIN resource AS r ON r.kind = c.kind AND r.name = c.name \
             WHERE c.no > $1 ORDER BY c.no",
            vec![snapshot.change.into()],
        )
        .await?;
    for row in &rows {
        let (kind, name): (String, String) = (row.try_get("", "kind")?, row.try_get("", "name")?);
        match row.try_get::<Option<String>>("", "spec")? {
            Some(spec) => snapshot.put(resource(row, kind, name, &spec)?),
            None => snapshot.remove(&kind, &name),
        }
        snapshot.change = row.try_get("", "no")?;
    }
    Ok(())
}

fn resource(row: &QueryResult, kind: String, name: String, spec: &str) -> Result<Resource> {
    Ok(Resource {
        kind,
        name,
        agency: row.try_get("", "agency")?,
        revision: row.try_get("", "revision")?,
        spec: parse(spec)?,
        updated_at: Timestamp(row.try_get("", "updated_at")?),
        updated_by: row.try_get("", "updated_by")?,
    })
}

fn parse(spec: &str) -> Result<Value> {
    serde_json::from_str(spec).map_err(|error| Error::Internal(error.to_string()))
}

/// Makes one change that was checked; gives what stands now, and the specification before.
pub(super) async fn change(
    db: &Database,
    tx: &WriteTx,
    change: Change,
    actor: &str,
    now: Timestamp,
) -> Result<(Resource, Option<Value>)> {
    lock(db, tx).await?;
    let (manifest, base_revision, is_delete) = match change {
        Change::Put {
            manifest,
            base_revision,
        } => (manifest, base_revision, false),
        Change::Delete { kind, name } => {
            let manifest = super::Manifest {
                kind,
                name,
                agency: None,
                spec: Value::Null,
            };
            (manifest, None, true)
        }
    };
    let found = current(db, tx, &manifest.kind, &manifest.name).await?;
    let (revision, before) = found.unwrap_or((0, None));
    let is_alive = before.is_some();
    let visible = if is_alive { revision } else { 0 };
    if is_delete && !is_alive {
        return Err(Error::NotFound {
            what: "resource",
            name: manifest.name,
        });
    }
    if let Some(expected) = base_revision.filter(|expected| *expected != visible) {
        return Err(Error::RevisionConflict {
            kind: manifest.kind,
            name: manifest.name,
            expected,
            found: visible,
        });
    }
    let next = Resource {
        kind: manifest.kind,
        name: manifest.name,
        agency: manifest.agency,
        revision: revision + 1,
        spec: manifest.spec,
        updated_at: now,
        updated_by: actor.to_owned(),
    };
    write(db, tx, &next, is_delete).await?;
    announce(db, tx, &next.kind, &next.name).await?;
    let before = before.as_deref().map(parse).transpose()?;
    Ok((next, before))
}

/// Changes wait for each other, so that their numbers ascend in the order of commit.
pub(super) async fn lock(db: &Database, tx: &WriteTx) -> Result<()> {
    if db.is_postgres() {
        tx.execute_unprepared("SELECT pg_advisory_xact_lock(7214004)")
            .await?;
    }
    Ok(())
}

async fn current(
    db: &Database,
    tx: &WriteTx,
    kind: &str,
    name: &str,
) -> Result<Option<(i64, Option<String>)>> {
    let sql = "SELECT revision, spec FROM resource WHERE kind = $1 AND name = $2";
    let row = tx
        .query_one_raw(db.statement(sql, vec![kind.into(), name.into()]))
        .await?;
    row.map(|row| Ok((row.try_get("", "revision")?, row.try_get("", "spec")?)))
        .transpose()
}

/// Resources whose specification seems to name this owner, by kind and name.
pub(super) async fn naming_owner(
    db: &Database,
    tx: &WriteTx,
    person: &str,
) -> Result<Vec<Resource>> {
    let sql = "SELECT kind, name, agency, revision, spec, updated_at, updated_by FROM resource \
               WHERE spec LIKE $1 ORDER BY kind, name";
    let pattern = super::owner::pattern(person);
    let rows = tx
        .query_all_raw(db.statement(sql, vec![pattern.into()]))
        .await?;
    let read = |row: &QueryResult| {
        let spec: String = row.try_get("", "spec")?;
        let (kind, name) = (row.try_get("", "kind")?, row.try_get("", "name")?);
        resource(row, kind, name, &spec)
    };
    rows.iter().map(read).collect()
}

pub(super) async fn write(
    db: &Database,
    tx: &WriteTx,
    next: &Resource,
    is_delete: bool,
) -> Result<()> {
    let spec = (!is_delete).then(|| next.spec.to_string());
    let values = vec![
        next.kind.as_str().into(),
        next.name.as_str().into(),
        next.agency.clone().into(),
        next.revision.into(),
        spec.into(),
        next.updated_at.0.into(),
        next.updated_by.as_str().into(),
    ];
    let upsert = "INSERT INTO resource \
         (kind, name, agency, revision, spec, updated_at, updated_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (kind, name) DO UPDATE SET \
         agency = excluded.agency, revision = excluded.revision, spec = excluded.spec, \
         updated_at = excluded.updated_at, updated_by = excluded.updated_by";
    tx.execute_raw(db.statement(upsert, values.clone())).await?;
    let history = "INSERT INTO resource_revision \
         (kind, name, agency, revision, spec, at, actor) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    tx.execute_raw(db.statement(history, values)).await?;
    Ok(())
}

pub(super) async fn announce(db: &Database, tx: &WriteTx, kind: &str, name: &str) -> Result<()> {
    lock(db, tx).await?;
    let sql = "INSERT INTO registry_change (kind, name) VALUES ($1, $2)";
    tx.execute_raw(db.statement(sql, vec![kind.into(), name.into()]))
        .await?;
    if db.is_postgres() {
        // Delivered to the other nodes when the transaction commits.
        tx.execute_unprepared("NOTIFY lgsp_registry").await?;
    }
    Ok(())
}

pub(super) async fn revision(db: &Database, kind: &str, name: &str, no: i64) -> Result<Revision> {
    let sql = "SELECT revision, agency, spec, at, actor FROM resource_revision \
               WHERE kind = $1 AND name = $2 AND revision = $3";
    let row = db
        .query_one(sql, vec![kind.into(), name.into(), no.into()])
        .await?;
    let missing = || Error::NotFound {
        what: "revision",
        name: format!("{kind}/{name}@{no}"),
    };
    entry(&row.ok_or_else(missing)?)
}

pub(super) async fn revisions(db: &Database, kind: &str, name: &str) -> Result<Vec<Revision>> {
    let sql = "SELECT revision, agency, spec, at, actor FROM resource_revision \
               WHERE kind = $1 AND name = $2 ORDER BY revision DESC";
    let rows = db.query_all(sql, vec![kind.into(), name.into()]).await?;
    rows.iter().map(entry).collect()
}

fn entry(row: &QueryResult) -> Result<Revision> {
    let spec: Option<String> = row.try_get("", "spec")?;
    Ok(Revision {
        revision: row.try_get("", "revision")?,
        agency: row.try_get("", "agency")?,
        spec: spec.as_deref().map(parse).transpose()?,
        at: Timestamp(row.try_get("", "at")?),
        actor: row.try_get("", "actor")?,
    })
}
