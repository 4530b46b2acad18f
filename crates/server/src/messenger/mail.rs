//! A conversation with a mail server, command by command, so that it is known how far it was when it ended.

use super::servers::{MailServer, Security};
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt, Rset},
        extension::ClientId,
        response::Response,
    },
};
use std::{error::Error as StdError, io, time::Duration};
use tidegate_domain::communication::{
    Letter, MailAddress,
    delivery::{
        Outcome,
        smtp::{Reply, Stage, outcome},
    },
};
use tokio::{net::TcpStream, time::timeout};

/// How many times as long the answer to the last line is waited for: the server may look for a while at what it was given
/// (RFC 5321 §4.5.3.2.6).
const END_TIMES: u32 = 5;

/// A conversation that goes on.
pub(crate) struct Session {
    connection: AsyncSmtpConnection,
    patience: Duration,
}

/// What a command was answered.
type Answer = Result<Response, Fault>;

/// Why one was not, or not as it was meant.
enum Fault {
    /// The server said so; the conversation may go on.
    Said(Reply),
    /// There was no answer.
    None(String),
}

impl Session {
    /// Begins one.
    ///
    /// # Errors
    /// What that came to.
    pub(crate) async fn open(server: &MailServer) -> Result<Self, Outcome> {
        let begun = timeout(server.timeout, connect(server)).await;
        let begun = begun.unwrap_or_else(|_| Err(late(server.timeout)));
        let connection = begun.map_err(|fault| ended(Stage::Session, fault))?;
        Ok(Self {
            connection,
            patience: server.timeout,
        })
    }

    /// Sends a mail. Answers what that came to, and whether the conversation may go on.
    pub(crate) async fn send(&mut self, letter: &Letter) -> (Outcome, bool) {
        match self.tell(letter).await {
            Ok(outcome) => (outcome, true),
            Err((stage, Fault::Said(reply))) => {
                let outcome = outcome(stage, Ok(reply));
                let goes_on = self.command(Rset).await.is_ok();
                (outcome, goes_on)
            }
            Err((stage, fault @ Fault::None(_))) => (ended(stage, fault), false),
        }
    }

    async fn tell(&mut self, letter: &Letter) -> Result<Outcome, (Stage, Fault)> {
        let content = written(letter).map_err(|why| (Stage::Session, Fault::None(why)))?;
        let address = |it: &MailAddress, stage| {
            let read: Result<Address, _> = it.as_str().parse();
            read.map_err(|why| (stage, Fault::None(format!("{it}: {why}"))))
        };
        let (from, to) = (
            address(&letter.from, Stage::Session)?,
            address(&letter.to, Stage::Recipient)?,
        );
        let sent = self.command(Mail::new(Some(from), Vec::new())).await;
        sent.map_err(|fault| (Stage::Session, fault))?;
        let sent = self.command(Rcpt::new(to, Vec::new())).await;
        sent.map_err(|fault| (Stage::Recipient, fault))?;
        let sent = self.command(Data).await;
        sent.map_err(|fault| (Stage::Content, fault))?;
        self.content(&content).await
    }

    async fn command(&mut self, command: impl std::fmt::Display) -> Answer {
        let answer = timeout(self.patience, self.connection.command(command)).await;
        match answer {
            Ok(answer) => answer.map_err(|why| fault(&why)),
            Err(_) => Err(late(self.patience)),
        }
    }

    /// The mail itself. The last line is written once all before it is: from then on the server may have it.
    async fn content(&mut self, content: &[u8]) -> Result<Outcome, (Stage, Fault)> {
        let mut is_whole = false;
        let patience = self.patience * END_TIMES;
        let parts = {
            let (mut part, is_whole) = (Some(content), &mut is_whole);
            std::iter::from_fn(move || {
                let next = part.take();
                *is_whole = next.is_none();
                next
            })
        };
        let answer = timeout(patience, self.connection.message_iter(parts)).await;
        let stage = match is_whole {
            true => Stage::End,
            false => Stage::Content,
        };
        match answer {
            Ok(Ok(response)) => Ok(outcome(Stage::End, Ok(reply(&response)))),
            Ok(Err(why)) => Err((stage, fault(&why))),
            Err(_) => Err((stage, late(patience))),
        }
    }
}

async fn connect(server: &MailServer) -> Result<AsyncSmtpConnection, Fault> {
    let hello = ClientId::default();
    let tls = || {
        let mut made = TlsParameters::builder(server.host.clone());
        if let Some(authority) = &server.authority {
            made = made.add_root_certificate(authority.clone());
        }
        made.build_rustls().map_err(|why| fault(&why))
    };
    let place = (server.host.as_str(), server.port);
    let begun = match server.security {
        // The library opens such connections itself, and so decides how they send.
        Security::Tls => {
            let (limit, at_once) = (Some(server.timeout), Some(tls()?));
            AsyncSmtpConnection::connect_tokio1(place, limit, &hello, at_once, None).await
        }
        Security::None | Security::Starttls => {
            let stream = prompt(place).await.map_err(|why| {
                Fault::None(format!(
                    "the mail server cannot be reached: {}",
                    causes(&why)
                ))
            })?;
            AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await
        }
    };
    let mut connection = begun.map_err(|why| fault(&why))?;
    if server.security == Security::Starttls {
        let secured = connection.starttls(tls()?, &hello).await;
        secured.map_err(|why| fault(&why))?;
    }
    if let Some((user, password)) = &server.credentials {
        let known = Credentials::new(user.clone(), password.clone());
        let signed_in = connection
            .auth(&[Mechanism::Plain, Mechanism::Login], &known)
            .await;
        signed_in.map_err(|why| fault(&why))?;
    }
    Ok(connection)
}

/// A connection that sends what it is given at once. The last line of a mail is written after all others, and would else wait until
/// those are acknowledged, which receivers put off for 40 ms.
async fn prompt(place: (&str, u16)) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(place).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn late(patience: Duration) -> Fault {
    Fault::None(format!(
        "the mail server does not answer within {patience:?}"
    ))
}

fn ended(stage: Stage, fault: Fault) -> Outcome {
    match fault {
        Fault::Said(reply) => outcome(stage, Ok(reply)),
        Fault::None(why) => outcome(stage, Err(why)),
    }
}

/// What the library says: an answer that was no good one, or that there was none.
fn fault(why: &lettre::transport::smtp::Error) -> Fault {
    let words = why.source().map_or_else(|| why.to_string(), causes);
    match why.status() {
        Some(code) => Fault::Said(Reply {
            code: u16::from(code),
            text: words,
        }),
        None => Fault::None(format!(
            "the conversation with the mail server broke: {words}"
        )),
    }
}

fn causes(mut why: &(dyn StdError + 'static)) -> String {
    let mut words = why.to_string();
    while let Some(source) = why.source() {
        words = format!("{words}: {source}");
        why = source;
    }
    words
}

fn reply(response: &Response) -> Reply {
    Reply {
        code: u16::from(response.code()),
        text: response.message().collect::<Vec<_>>().join(" "),
    }
}

/// A mail as it goes over the wire.
fn written(letter: &Letter) -> Result<Vec<u8>, String> {
    let mailbox = |it: &MailAddress| {
        let read: Result<Address, _> = it.as_str().parse();
        read.map(|address| Mailbox::new(None, address))
            .map_err(|why| format!("{it}: {why}"))
    };
    let mut builder = Message::builder()
        .from(mailbox(&letter.from)?)
        .to(mailbox(&letter.to)?)
        .message_id(Some(letter.message_id.clone()))
        .subject(letter.subject.clone())
        .date_now();
    if let Some(reply_to) = &letter.reply_to {
        builder = builder.reply_to(mailbox(reply_to)?);
    }
    for (name, value) in &letter.headers {
        let name = HeaderName::new_from_ascii((*name).to_owned()).map_err(|why| why.to_string())?;
        builder = builder.raw_header(HeaderValue::new(name, value.clone()));
    }
    let plain = letter.plain.clone();
    let message = match &letter.html {
        Some(html) => builder.multipart(MultiPart::alternative_plain_html(plain, html.clone())),
        None => builder.singlepart(SinglePart::plain(plain)),
    };
    let message = message.map_err(|why| why.to_string())?;
    Ok(message.formatted())
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}
