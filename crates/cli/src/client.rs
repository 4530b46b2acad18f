//! Speaking to a server's API.

use crate::Error;
use reqwest::{
    Method, RequestBuilder, Response,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use serde::{Serialize, de::DeserializeOwned};
use tidegate_protocol::api::Problem;

/// Which server, and as whom.
#[derive(Clone, clap::Args)]
pub struct Connection {
    /// The server's address.
    #[arg(
        long,
        env = "TIDEGATE_SERVER",
        default_value = "http://127.0.0.1:7420",
        global = true,
        value_name = "URL"
    )]
    pub server: String,
    /// The token to act with.
    #[arg(
        long,
        env = "TIDEGATE_TOKEN",
        hide_env_values = true,
        global = true,
        value_name = "TOKEN"
    )]
    pub token: Option<String>,
}

/// What is set of `wanted` as the part of an address behind the `?`, encoded as a form is (URL Standard, section 5.2).
pub(crate) fn query<'a>(
    wanted: impl IntoIterator<Item = (&'static str, Option<&'a str>)>,
) -> String {
    let set = wanted
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(set)
        .finish()
}

/// A connection that is used.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    connection: Connection,
}

impl Client {
    /// A client of that server.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(connection: &Connection) -> Result<Self, Error> {
        let mut connection = connection.clone();
        connection
            .server
            .truncate(connection.server.trim_end_matches('/').len());
        let http = reqwest::Client::builder()
            .user_agent(concat!("tidegate/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(Error::Answer)?;
        Ok(Self { http, connection })
    }

    /// Gets what lies at `path`.
    ///
    /// # Errors
    /// When the server does not answer, or with a problem; likewise below.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.read(self.request(Method::GET, path)).await
    }

    /// Posts `body` and reads the answer.
    ///
    /// # Errors
    /// When the server does not answer, or with a problem.
    pub async fn post<B: Serialize + Sync, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, Error> {
        self.read(self.request(Method::POST, path).json(body)).await
    }

    /// Posts what is read from somewhere, of so many bytes, and reads the answer.
    ///
    /// # Errors
    /// When the server does not answer, or with a problem.
    pub async fn upload<T: DeserializeOwned>(
        &self,
        path: &str,
        body: reqwest::Body,
        length: u64,
    ) -> Result<T, Error> {
        let request = self.request(Method::POST, path);
        self.read(request.header(CONTENT_LENGTH, length).body(body))
            .await
    }

    /// Puts `body` and reads the answer.
    ///
    /// # Errors
    /// When the server does not answer, or with a problem.
    pub async fn put<B: Serialize + Sync, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, Error> {
        self.read(self.request(Method::PUT, path).json(body)).await
    }

    /// Puts `body`, where the answer says nothing.
    ///
    /// # Errors
    /// When the server does not answer, or with a problem.
    pub async fn replace<B: Serialize + Sync>(&self, path: &str, body: &B) -> Result<(), Error> {
        self.send(self.request(Method::PUT, path).json(body))
            .await
            .map(drop)
    }

    /// Posts `body`, where the answer says nothing.
    ///
    /// # Errors
    /// When the server does not answer, or with a problem.
    pub async fn tell<B: Serialize + Sync>(&self, path: &str, body: &B) -> Result<(), Error> {
        self.send(self.request(Method::POST, path).json(body))
            .await
            .map(drop)
    }

    /// Changes what lies at `path` by `body` and reads the answer.
    ///
    /// # Errors
    /// When the server does not answer, or with a problem.
    pub async fn patch<B: Serialize + Sync, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, Error> {
        self.read(self.request(Method::PATCH, path).json(body))
            .await
    }

    /// Deletes what lies at `path`.
    ///
    /// # Errors
    /// When the server does not answer, or with a problem.
    pub async fn delete(&self, path: &str) -> Result<(), Error> {
        self.send(self.request(Method::DELETE, path))
            .await
            .map(drop)
    }

    /// Gets the text that lies at `path`.
    ///
    /// # Errors
    /// When the server does not answer, or with a problem.
    pub async fn text(&self, path: &str) -> Result<String, Error> {
        self.open(path).await?.text().await.map_err(Error::Answer)
    }

    /// Gets what lies at `path` as it comes.
    ///
    /// # Errors
    /// When the server does not answer, or with a problem.
    pub async fn open(&self, path: &str) -> Result<Response, Error> {
        self.send(self.request(Method::GET, path)).await
    }

    /// Has something made at `path`, and gets it as it comes.
    ///
    /// # Errors
    /// When the server does not answer, or with a problem.
    pub async fn make(&self, path: &str) -> Result<Response, Error> {
        self.send(self.request(Method::POST, path)).await
    }

    /// What pushes: the bare HTTP client, the server's address, and the token.
    pub(crate) fn parts(&self) -> (&reqwest::Client, &str, &str) {
        (
            &self.http,
            &self.connection.server,
            self.connection.token.as_deref().unwrap_or_default(),
        )
    }

    /// The server's address, without a slash at the end.
    pub(crate) fn server(&self) -> &str {
        &self.connection.server
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self
            .http
            .request(method, format!("{}{path}", self.connection.server));
        match &self.connection.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, Error> {
        let unreachable = |source| Error::Unreachable {
            server: self.connection.server.clone(),
            source,
        };
        let response = request.send().await.map_err(unreachable)?;
        if response.status().is_success() {
            Ok(response)
        } else {
            Err(problem(response).await)
        }
    }

    async fn read<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Error> {
        self.send(request)
            .await?
            .json()
            .await
            .map_err(Error::Answer)
    }
}

async fn problem(response: Response) -> Error {
    let status = response.status();
    let is_problem = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/problem+json");
    let read = if is_problem {
        response.json::<Problem>().await.ok()
    } else {
        None
    };
    Error::Problem(Box::new(read.unwrap_or_else(|| Problem {
        r#type: "unknown".to_owned(),
        title: format!("the server answered {status}"),
        status: status.as_u16(),
        detail: None,
        hint: Some("see whether TIDEGATE_SERVER names a Tidegate server".to_owned()),
        request_id: None,
    })))
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_stays_one_value_of_a_query() {
        let product = "a&release=1.0.0 #%";
        let wanted = [
            ("product", Some(product)),
            ("plan", None),
            ("environment", Some("live")),
        ];
        let written = query(wanted);
        assert_eq!(
            written,
            "product=a%26release%3D1.0.0+%23%25&environment=live"
        );
        let read: Vec<_> = form_urlencoded::parse(written.as_bytes()).collect();
        assert_eq!(read[0].1, product);
    }
}
