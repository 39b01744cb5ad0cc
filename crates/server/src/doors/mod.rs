//! The two doors: administration and service, each on its own port.
//!
//! Owns: listeners, TLS, certificates of programs, limits of connections, trusted proxies, the
//! layers around all routes, `OpenAPI`.
//! Not here: any route of a capability.
//! Follows: regulation R79 (connection limits), R80 (two doors).

mod certificates;
mod limits;
mod openapi;
mod proxies;
mod tls;

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

use self::{certificates::Certificates, proxies::Proxies, tls::Asking};
use crate::{compose::Composition, console, health};

pub(crate) use openapi::text as openapi_text;

/// Header block of a request, 64 KiB; existing clients repeat each parameter three times.
const HEADER_BYTES_MAX: usize = 65_536;
/// Headers of a request. One for each of a client's parameters, of which there are two dozen; up to
/// this number the HTTP library sets no memory aside for them.
const HEADERS_MAX: usize = 100;
/// How long requests in work may take when the program stops.
const DRAIN_MS: u64 = 10_000;

/// The TLS of a door, and whether it asks for certificates.
type Tls = (RustlsConfig, Asking);

/// Both doors, open.
pub(crate) struct Doors {
    handles: Vec<Handle<SocketAddr>>,
    tls: Vec<Tls>,
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
    let proxies = Proxies::of(&config)?;
    let certificates = Certificates::of(&config, &proxies)?;
    let (admin_tls, service_tls) = (
        load_tls(&config, "administration")?,
        load_tls(&config, "service")?,
    );
    let running = std::mem::take(&mut composition.running);
    let (admin_router, service_router) = routers(composition, running, is_compressed)?;
    // A certificate is looked for at the peer itself, before the client takes its place.
    let behind = |router: Router| {
        router
            .layer(from_fn_with_state(proxies.clone(), proxies::layer))
            .layer(from_fn_with_state(
                certificates.clone(),
                certificates::layer,
            ))
    };
    let secured = |tls: &Option<Tls>| tls.clone().map(|(tls, _)| (tls, certificates.clone()));
    let (admin, admin_handle) = listen(
        composition,
        config.admin_addr,
        behind(admin_router),
        secured(&admin_tls),
        limits::Limits::of_admin(&proxies),
        "administration door",
    )?;
    let (service, service_handle) = listen(
        composition,
        config.service_addr,
        behind(service_router),
        secured(&service_tls),
        limits::Limits::of_service(&config, &proxies),
        "service door",
    )?;
    Ok(Doors {
        handles: vec![admin_handle, service_handle],
        tls: [admin_tls, service_tls].into_iter().flatten().collect(),
        config,
        admin,
        service,
    })
}

impl Doors {
    /// Reads certificate and key again.
    pub(crate) fn reload_tls(&self) {
        for (tls, asking) in &self.tls {
            match tls::settings(&self.config, *asking) {
                Ok(settings) => {
                    tls.reload_from_config(settings);
                    tracing::info!("certificate reloaded");
                }
                Err(error) => {
                    tracing::error!(%error, "certificate not reloaded, the old one stays");
                }
            }
        }
    }

    /// Stops taking requests, and ends when those in work are done.
    pub(crate) fn close(&self) {
        for handle in &self.handles {
            handle.graceful_shutdown(Some(Duration::from_millis(DRAIN_MS)));
        }
    }
}

fn load_tls(config: &ServerConfig, door: &str) -> anyhow::Result<Option<Tls>> {
    if config.tls_certificate_file.is_empty() {
        return Ok(None);
    }
    let asking = Certificates::asking(config, door);
    let settings = tls::settings(config, asking)?;
    Ok(Some((RustlsConfig::from_config(settings), asking)))
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
    tls: Option<(RustlsConfig, Certificates)>,
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
            Some((tls, certificates)) => {
                let tls = certificates::Acceptor::new(tls, acceptor, certificates);
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
