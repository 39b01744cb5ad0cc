//! Software that others wrote, for the proofs in `interop/`: Python and Node packages, Debian's.
//!
//! Owns: installing it below the target folder; the environment that tells tests of it.
//! Not here: the scripts (`interop/`), calling them (`testkit/src/interop.rs`).
//! Invariant: nothing is installed twice, and no service of a package is started.

use std::path::{Path, PathBuf};

use crate::{
    install,
    run::{command, quiet},
    say, test,
    web::hash_of,
};

/// A file of each Debian package and the package.
const DEBIAN: &[(&str, &str)] = &[
    ("/usr/bin/xmlsec1", "xmlsec1"),
    ("/usr/bin/ldapsearch", "ldap-utils"),
    ("/usr/sbin/slapd", "slapd"),
    ("/usr/sbin/ns-slapd", "389-ds-base"),
    ("/usr/sbin/apache2", "apache2"),
    (
        "/usr/lib/apache2/modules/mod_auth_openidc.so",
        "libapache2-mod-auth-openidc",
    ),
    (
        "/usr/lib/apache2/modules/mod_auth_mellon.so",
        "libapache2-mod-auth-mellon",
    ),
    ("/usr/bin/pdftotext", "poppler-utils"),
    ("/usr/bin/qpdf", "qpdf"),
    ("/usr/bin/python3", "python3"),
    ("/usr/lib/python3.11/ensurepip/__init__.py", "python3-venv"),
];

/// Where it lies: `python` (a virtual environment) and `node` below it.
pub(crate) fn folder() -> anyhow::Result<PathBuf> {
    Ok(test::target_dir()?.join("interop"))
}

/// Installs what is missing.
pub(crate) fn install() -> anyhow::Result<()> {
    let missing: Vec<&str> = DEBIAN
        .iter()
        .filter(|(file, _)| !Path::new(file).exists())
        .map(|(_, package)| *package)
        .collect();
    if !missing.is_empty() {
        install::apt(&missing)?;
    }
    let folder = folder()?;
    python(&folder.join("python"))?;
    node(&folder.join("node"))
}

/// A virtual environment of Debian's Python with the pinned packages.
fn python(folder: &Path) -> anyhow::Result<()> {
    let list = PathBuf::from("interop/python/requirements.txt");
    let wanted = hash_of(std::slice::from_ref(&list))?;
    if is_done(folder, &wanted) {
        return Ok(());
    }
    say!("  installing Python packages for interop");
    quiet(command(&["/usr/bin/python3", "-m", "venv", "--clear"]).arg(folder))?;
    let mut pip = std::process::Command::new(folder.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--requirement"])
        .arg(&list);
    quiet(&mut pip)?;
    Ok(std::fs::write(folder.join(".lgsp-done"), wanted)?)
}

/// `npm ci` beside a link to the scripts: a script finds its packages above itself.
fn node(folder: &Path) -> anyhow::Result<()> {
    let sources = ["package.json", "package-lock.json", ".npmrc"];
    let files = sources.map(|name| Path::new("interop/node").join(name));
    let wanted = hash_of(&files)?;
    std::fs::create_dir_all(folder)?;
    link_scripts(&folder.join("scripts"))?;
    if is_done(folder, &wanted) {
        return Ok(());
    }
    install::require_node()?;
    say!("  installing Node packages for interop");
    for file in &files {
        std::fs::copy(file, folder.join(file.file_name().unwrap_or_default()))?;
    }
    quiet(command(&["npm", "ci", "--no-audit", "--no-fund"]).current_dir(folder))?;
    Ok(std::fs::write(folder.join(".lgsp-done"), wanted)?)
}

/// The target folder may serve another checkout the next time.
fn link_scripts(link: &Path) -> anyhow::Result<()> {
    let scripts = crate::run::root().join("interop/node");
    if std::fs::read_link(link).is_ok_and(|target| target == scripts) {
        return Ok(());
    }
    if link.symlink_metadata().is_ok() {
        std::fs::remove_file(link)?;
    }
    Ok(std::os::unix::fs::symlink(scripts, link)?)
}

fn is_done(folder: &Path, wanted: &str) -> bool {
    std::fs::read_to_string(folder.join(".lgsp-done")).is_ok_and(|done| done == wanted)
}
