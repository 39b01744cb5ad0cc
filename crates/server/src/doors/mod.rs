//! The two doors: administration and service, each on its own port.
//!
//! Owns: listeners, TLS, limits of connections, trusted proxies, the layers around all routes,
//! `OpenAPI`.
//! Not here: any route of a capability.
//! Follows: regulation R79 (connection limits), R80 (two doors).

mod limits;
mod openapi;
mod proxies;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context as _;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing::get,
};
use axum_server::{Handle, tls_rustls::RustlsConfig};
use lgsp_platform::{
    Running,
    config::ServerConfig,
    http::{context::require_principal, extract::JSON_BYTES_MAX, trace},
};
use tower_http::compression::{
    CompressionLayer,
    predicate::{DefaultPredicate, NotForContentType, Predicate as _},
};
use utoipa_axum::router::OpenApiRouter;

use self::proxies::Proxies;
use crate::{compose::Composition, console, health};

pub(crate) use openapi::text as openapi_text;

/// Header block of a request, 64 KiB; existing clients repeat each parameter three times.
const HEADER_BYTES_MAX: usize = 65_536;
/// Headers of a request. One for each of a client's parameters, of which there are two dozen; up to
/// this number the HTTP library sets no memory aside for them.
const HEADERS_MAX: usize = 100;
/// How long requests in work may take when the program stops.
const DRAIN_MS: u64 = 10_000;

/// Both doors, open.
pub(crate) struct Doors {
    handles: Vec<Handle<SocketAddr>>,
    tls: Option<RustlsConfig>,
    config: ServerConfig,
    /// Where the administration door really listens.
    pub(crate) admin: SocketAddr,
    /// Where the service door really listens.
    pub(crate) service: SocketAddr,
}

/// Opens both doors.
pub(crate) async fn open(
    composition: &mut Composition,
    is_compressed: bool,
) -> anyhow::Result<Doors> {
    let config = composition.platform.config.server.clone();
    let tls = load_tls(&config).await?;
    let proxies = Proxies::of(&config)?;
    let running = std::mem::take(&mut composition.running);
    let (admin_router, service_router) = routers(composition, running, is_compressed)?;
    let behind = |router: Router| router.layer(from_fn_with_state(proxies.clone(), proxies::layer));
    let (admin, admin_handle) = listen(
        composition,
        config.admin_addr,
        behind(admin_router),
        tls.clone(),
        limits::Limits::of_admin(&proxies),
        "administration door",
    )?;
    let (service, service_handle) = listen(
        composition,
        config.service_addr,
        behind(service_router),
        tls.clone(),
        limits::Limits::of_service(&config, &proxies),
        "service door",
    )?;
    Ok(Doors {
        handles: vec![admin_handle, service_handle],
        tls,
        config,
        admin,
        service,
    })
}

impl Doors {
    /// Reads certificate and key again.
    pub(crate) async fn reload_tls(&self) {
        let Some(tls) = &self.tls else { return };
        let (certificate, key) = (&self.config.tls_certificate_file, &self.config.tls_key_file);
        match tls.reload_from_pem_file(certificate, key).await {
            Ok(()) => tracing::info!("certificate reloaded"),
            Err(error) => tracing::error!(%error, "certificate not reloaded, the old one stays"),
        }
    }

    /// Stops taking requests, and ends when those in work are done.
    pub(crate) fn close(&self) {
        for handle in &self.handles {
            handle.graceful_shutdown(Some(Duration::from_millis(DRAIN_MS)));
        }
    }
}

async fn load_tls(config: &ServerConfig) -> anyhow::Result<Option<RustlsConfig>> {
    if config.tls_certificate_file.is_empty() {
        return Ok(None);
    }
    let loaded =
        RustlsConfig::from_pem_file(&config.tls_certificate_file, &config.tls_key_file).await;
    Ok(Some(loaded.context(
        "reading server.tls_certificate_file and server.tls_key_file",
    )?))
}

fn routers(
    composition: &Composition,
    running: Vec<Running>,
    is_compressed: bool,
) -> anyhow::Result<(Router, Router)> {
    let mut api = OpenApiRouter::new();
    let (mut pages, mut service) = (Router::new(), Router::new());
    for part in running {
        api = api.merge(part.api);
        pages = pages.merge(part.pages);
        service = service.merge(part.service);
    }
    let (api, document) = openapi::split(api);
    let document: Arc<str> = openapi::render(&document)?.into();
    let ports = composition.identity.ports();
    let api = api
        .layer(from_fn_with_state(ports.clone(), require_principal))
        .route(
            "/openapi.json",
            get(async move || openapi::answer(&document)),
        )
        .layer(DefaultBodyLimit::max(JSON_BYTES_MAX));
    let mut admin = Router::new()
        .nest("/api/v1", api)
        .merge(pages)
        .merge(health::router(&composition.platform))
        .fallback(console::answer)
        .layer(axum::Extension(ports))
        .layer(from_fn(console::security_headers));
    if is_compressed {
        // Raw bodies of documents are not worth the time; assets are compressed already.
        let worth = DefaultPredicate::new().and(NotForContentType::new("application/xml"));
        admin = admin.layer(CompressionLayer::new().compress_when(worth));
    }
    Ok((
        admin.layer(from_fn(trace::layer)),
        service.layer(from_fn(trace::layer)),
    ))
}

fn listen(
    composition: &Composition,
    address: SocketAddr,
    router: Router,
    tls: Option<RustlsConfig>,
    limits: limits::Limits,
    name: &'static str,
) -> anyhow::Result<(SocketAddr, Handle<SocketAddr>)> {
    let listener = std::net::TcpListener::bind(address)
        .with_context(|| format!("opening the {name} at {address}"))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let handle = Handle::new();
    let mut server = axum_server::from_tcp(listener)?.handle(handle.clone());
    server
        .http_builder()
        .http1()
        .max_buf_size(HEADER_BYTES_MAX * 2)
        .max_headers(HEADERS_MAX);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let acceptor = limits::Acceptor::new(limits);
    composition.platform.tasks.spawn(name, async move {
        let served = match tls {
            Some(tls) => {
                let tls = axum_server::tls_rustls::RustlsAcceptor::new(tls).acceptor(acceptor);
                server.acceptor(tls).serve(service).await
            }
            None => server.acceptor(acceptor).serve(service).await,
        };
        if let Err(error) = served {
            tracing::error!(%error, door = name, "door closed");
        }
    });
    Ok((address, handle))
}
