//! Addresses of a client on the machine itself: documents that it publishes, messages that it
//! hears.
//!
//! Owns: `Site`.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{Method, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};

#[derive(Default)]
struct Inner {
    documents: HashMap<String, String>,
    read: Vec<String>,
    heard: Vec<(String, String)>,
}

/// A web server of a client; it ends with the test.
pub(in crate::conformance) struct Site {
    base: String,
    inner: Arc<Mutex<Inner>>,
}

impl Site {
    pub(in crate::conformance) async fn start() -> Self {
        let inner = Arc::new(Mutex::new(Inner::default()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { base, inner }
    }

    /// The address of a path.
    pub(in crate::conformance) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Publishes a document.
    pub(in crate::conformance) fn publish(&self, path: &str, document: &str) {
        let mut inner = self.inner.lock().unwrap();
        inner.documents.insert(path.to_owned(), document.to_owned());
    }

    /// How often a document was read.
    pub(in crate::conformance) fn read_count(&self, path: &str) -> usize {
        let inner = self.inner.lock().unwrap();
        inner.read.iter().filter(|read| *read == path).count()
    }

    /// Bodies that were posted to a path.
    pub(in crate::conformance) fn heard(&self, path: &str) -> Vec<String> {
        let inner = self.inner.lock().unwrap();
        let at = inner.heard.iter().filter(|(known, _)| known == path);
        at.map(|(_, body)| body.clone()).collect()
    }
}

async fn answer(
    State(inner): State<Arc<Mutex<Inner>>>,
    method: Method,
    uri: Uri,
    body: Bytes,
) -> Response {
    let mut inner = inner.lock().unwrap();
    let path = uri.path().to_owned();
    if method == Method::POST {
        let body = String::from_utf8(body.to_vec()).unwrap();
        inner.heard.push((path, body));
        return StatusCode::OK.into_response();
    }
    inner.read.push(path.clone());
    match inner.documents.get(&path) {
        Some(text) => ([(header::CONTENT_TYPE, "application/json")], text.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
