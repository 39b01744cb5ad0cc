//! Directories of others, started in temporary folders: Debian's slapd and 389-ds.
//!
//! Owns: `Upstream`.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use lgsp_testkit::{instance::free_port, interop};

pub(crate) const SUFFIX: &str = "dc=snv,dc=example";
pub(crate) const READER_PASSWORD: &str = "reader-secret";
/// What everybody's password is there.
pub(crate) const PASSWORD: &str = "Mat-khau-cua-thu-muc-1";

/// A running directory; ended when dropped.
pub(crate) struct Upstream {
    pub(crate) product: &'static str,
    pub(crate) url: String,
    pub(crate) reader: &'static str,
    /// Its certificate (PEM), when it speaks TLS.
    pub(crate) certificate: String,
    child: Child,
    folder: tempfile::TempDir,
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Upstream {
    /// OpenLDAP with a self-signed certificate.
    pub(crate) async fn slapd() -> Option<Self> {
        let mut command = interop::debian("slapd")?;
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path();
        std::fs::create_dir(place.join("db")).unwrap();
        let certificate = certificate(place).await?;
        let schema = "/etc/ldap/schema";
        let at = place.display();
        let config = format!(
            "include {schema}/core.schema\ninclude {schema}/cosine.schema\n\
             include {schema}/inetorgperson.schema\nmodulepath /usr/lib/ldap\n\
             moduleload back_mdb\nmoduleload ppolicy\n\
             TLSCertificateFile {at}/cert.pem\nTLSCertificateKeyFile {at}/key.pem\n\
             database mdb\nsuffix \"{SUFFIX}\"\nrootdn \"cn=reader,{SUFFIX}\"\n\
             rootpw {READER_PASSWORD}\ndirectory {at}/db\nmaxsize 67108864\noverlay ppolicy\n"
        );
        std::fs::write(place.join("slapd.conf"), config).unwrap();
        let url = format!("ldap://127.0.0.1:{}", free_port().unwrap());
        command
            .arg("-f")
            .arg(place.join("slapd.conf"))
            .args(["-h", &url, "-d", "0"]);
        let child = spawn(&mut command, place);
        let upstream = Self {
            product: "openldap",
            url,
            reader: "cn=reader,dc=snv,dc=example",
            certificate,
            child,
            folder,
        };
        upstream.wait().await;
        upstream.top().await;
        Some(upstream)
    }

    /// 389 Directory Server, from Debian's template of its configuration.
    pub(crate) async fn ds389() -> Option<Self> {
        let mut command = interop::debian("ns-slapd")?;
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path();
        for name in [
            "etc", "lock", "tmp", "ldif", "bak", "run", "inst", "log", "db", "dbhome",
        ] {
            std::fs::create_dir(place.join(name)).unwrap();
        }
        let data = Path::new("/usr/share/dirsrv");
        copy(&data.join("schema"), &place.join("etc/schema"));
        let port = free_port().unwrap();
        let mut config = std::fs::read_to_string(data.join("data/template-dse.ldif")).unwrap();
        let at = |name: &str| place.join(name).display().to_string();
        for (name, value) in [
            ("schema_dir", at("etc/schema")),
            ("lock_dir", at("lock")),
            ("tmp_dir", at("tmp")),
            ("cert_dir", at("etc")),
            ("config_dir", at("etc")),
            ("ldif_dir", at("ldif")),
            ("bak_dir", at("bak")),
            ("run_dir", at("run")),
            ("inst_dir", at("inst")),
            ("log_dir", at("log")),
            ("db_dir", at("db")),
            ("db_home_dir", at("dbhome")),
            ("db_lib", "bdb".to_owned()),
            ("fqdn", "localhost".to_owned()),
            ("ds_port", port.to_string()),
            ("ds_user", whoami()),
            ("ds_suffix", SUFFIX.to_owned()),
            ("rootdn", "cn=Directory Manager".to_owned()),
            ("ds_passwd", format!("{{CLEAR}}{READER_PASSWORD}")),
            ("ldapi_enabled", "off".to_owned()),
            ("ldapi", at("run/socket")),
            ("ldapi_autobind", "off".to_owned()),
        ] {
            config = config.replace(&format!("%{name}%"), &value);
        }
        std::fs::write(place.join("etc/dse.ldif"), config).unwrap();
        let collations = "slapd-collations.conf";
        let source = Path::new("/etc/dirsrv/config").join(collations);
        std::fs::copy(source, place.join("etc").join(collations)).unwrap();
        // Without `-d` it would leave for the background.
        command.args(["-d", "0", "-D", &at("etc"), "-i", &at("run/pid")]);
        let child = spawn(&mut command, place);
        let upstream = Self {
            product: "ds389",
            url: format!("ldap://127.0.0.1:{port}"),
            reader: "cn=Directory Manager",
            certificate: String::new(),
            child,
            folder,
        };
        upstream.wait().await;
        let backend = format!(
            "dn: cn=userRoot,cn=ldbm database,cn=plugins,cn=config\nobjectClass: top\n\
             objectClass: extensibleObject\nobjectClass: nsBackendInstance\ncn: userRoot\n\
             nsslapd-suffix: {SUFFIX}\n\n\
             dn: cn=dc\\3Dsnv\\2Cdc\\3Dexample,cn=mapping tree,cn=config\nobjectClass: top\n\
             objectClass: extensibleObject\nobjectClass: nsMappingTree\ncn: {SUFFIX}\n\
             nsslapd-state: backend\nnsslapd-backend: userRoot\n"
        );
        upstream.ldif("ldapadd", &backend).await;
        upstream.top().await;
        Some(upstream)
    }

    async fn wait(&self) {
        for _ in 0..120 {
            let mut command = interop::debian("ldapsearch").unwrap();
            command.args(["-x", "-H", &self.url, "-b", "", "-s", "base", "1.1"]);
            if interop::output(&mut command)
                .await
                .unwrap()
                .status
                .success()
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        let log = std::fs::read_to_string(self.folder.path().join("output")).unwrap_or_default();
        panic!("{} does not answer:\n{log}", self.product);
    }

    async fn top(&self) {
        let top = format!(
            "dn: {SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\no: SNV\ndc: snv\n\n\
             dn: ou=people,{SUFFIX}\nobjectClass: organizationalUnit\nou: people\n\n\
             dn: ou=vp,ou=people,{SUFFIX}\nobjectClass: organizationalUnit\nou: vp\n\n\
             dn: ou=groups,{SUFFIX}\nobjectClass: organizationalUnit\nou: groups\n\n"
        );
        self.ldif("ldapadd", &top).await;
    }

    /// Runs `ldapadd` or `ldapmodify` with these lines.
    pub(crate) async fn ldif(&self, program: &str, lines: &str) {
        let file = self.folder.path().join("lines.ldif");
        std::fs::write(&file, lines).unwrap();
        let mut command = interop::debian(program).unwrap();
        command.args([
            "-x",
            "-H",
            &self.url,
            "-D",
            self.reader,
            "-w",
            READER_PASSWORD,
            "-f",
        ]);
        interop::run(command.arg(file)).await.unwrap();
    }

    pub(crate) async fn delete(&self, dn: &str) {
        let mut command = interop::debian("ldapdelete").unwrap();
        command.args([
            "-x",
            "-H",
            &self.url,
            "-D",
            self.reader,
            "-w",
            READER_PASSWORD,
            dn,
        ]);
        interop::run(&mut command).await.unwrap();
    }

    /// Adds a person.
    pub(crate) async fn person(&self, uid: &str, name: &str, above: &str) {
        let (family, given) = name.rsplit_once(' ').unwrap();
        self.ldif(
            "ldapadd",
            &format!(
                "dn: uid={uid},{above}{SUFFIX}\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {name}\n\
                 sn: {family}\ngivenName: {given}\nmail: {uid}@snv.example\ntitle: Chuyên viên\n\
                 userPassword: {PASSWORD}\n"
            ),
        )
        .await;
    }

    /// Locks or unlocks a person, as its administrator would.
    pub(crate) async fn set_locked(&self, dn: &str, is_locked: bool) {
        let (name, value) = match self.product {
            "openldap" => ("pwdAccountLockedTime", "000001010000Z"),
            _ => ("nsAccountLock", "true"),
        };
        let change = match is_locked {
            true => format!("replace: {name}\n{name}: {value}"),
            false => format!("delete: {name}"),
        };
        self.ldif(
            "ldapmodify",
            &format!("dn: {dn}\nchangetype: modify\n{change}\n"),
        )
        .await;
    }

    /// Ends it, as an outage would.
    pub(crate) fn stop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn spawn(command: &mut Command, place: &Path) -> Child {
    let log = std::fs::File::create(place.join("output")).unwrap();
    command
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .stdin(Stdio::null());
    command.spawn().unwrap()
}

fn copy(from: &Path, to: &PathBuf) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

/// Who runs the test; 389-ds wants a name.
fn whoami() -> String {
    let done = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

/// A self-signed certificate for loopback in `cert.pem`, its key in `key.pem`.
pub(crate) async fn certificate(place: &Path) -> Option<String> {
    let mut command = interop::debian("openssl")?;
    let config = "[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=localhost\n\
                  [ext]\nbasicConstraints=critical,CA:FALSE\nsubjectAltName=IP:127.0.0.1\n";
    std::fs::write(place.join("openssl.cnf"), config).unwrap();
    command
        .current_dir(place)
        .args([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-config",
        ])
        .args(["openssl.cnf", "-keyout", "key.pem", "-out", "cert.pem"]);
    interop::run(&mut command).await.unwrap();
    Some(std::fs::read_to_string(place.join("cert.pem")).unwrap())
}
