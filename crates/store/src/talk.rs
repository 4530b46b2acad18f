//! What people say about anything, who follows it, what they should know of, and who stands in for whom.

use crate::{Row, StoreError, Tx, Value, record};
use jiff::Timestamp;
use std::collections::BTreeSet;
use tidegate_domain::{
    id::{CommentId, NewsId},
    name::Name,
    talk::{Comment, Delegation, Mailing, News, Often, Reminder, Subject, Untold},
};

impl Tx {
    /// The number the next comment gets.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn next_comment(&mut self) -> Result<CommentId, StoreError> {
        self.count_up("comment").await.map(CommentId)
    }

    /// The number the next news gets.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn next_news(&mut self) -> Result<NewsId, StoreError> {
        self.count_up("news").await.map(NewsId)
    }

    /// Keeps a comment, new or taken back.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_comment(&mut self, comment: &Comment) -> Result<(), StoreError> {
        let sql = "INSERT INTO comments (id, subject, record) VALUES ($1, $2, $3) \
            ON CONFLICT (id) DO UPDATE SET record = excluded.record";
        let values = [
            comment.id.0.into(),
            comment.subject.to_string().into(),
            record::write(comment).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// A comment by its number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn comment(&mut self, id: CommentId) -> Result<Option<Comment>, StoreError> {
        let sql = "SELECT record FROM comments WHERE id = $1";
        let row = self.row(sql, &[id.0.into()]).await?;
        row.map(|row| row.record(0, "comment")).transpose()
    }

    /// What was said about something, the oldest first: at most `limit`, those with the highest numbers.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn comments_on(
        &mut self,
        subject: &Subject,
        limit: u64,
    ) -> Result<Vec<Comment>, StoreError> {
        let sql = "SELECT record FROM comments WHERE subject = $1 ORDER BY id DESC LIMIT $2";
        let rows = self
            .rows(sql, &[subject.to_string().into(), limit.into()])
            .await?;
        let read = |row: &Row| row.record(0, "comment");
        rows.iter().rev().map(read).collect()
    }

    /// Notes whether a person follows something. What they said before stays unless `over`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn follow(
        &mut self,
        (subject, person): (&Subject, &Name),
        follows: bool,
        over: bool,
    ) -> Result<(), StoreError> {
        let sql = match over {
            true => {
                "INSERT INTO followers (subject, person, follows) VALUES ($1, $2, $3) \
                ON CONFLICT (subject, person) DO UPDATE SET follows = excluded.follows"
            }
            false => {
                "INSERT INTO followers (subject, person, follows) VALUES ($1, $2, $3) \
                ON CONFLICT (subject, person) DO NOTHING"
            }
        };
        let values = [
            subject.to_string().into(),
            person.as_str().into(),
            follows.into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// Who follows something.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn followers(&mut self, subject: &Subject) -> Result<BTreeSet<Name>, StoreError> {
        let sql = "SELECT person FROM followers WHERE subject = $1 AND follows = 1 ORDER BY person";
        let rows = self.rows(sql, &[subject.to_string().into()]).await?;
        rows.iter().map(|row| row.parsed(0)).collect()
    }

    /// Keeps something that a person should know of, until they have seen it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_news(&mut self, news: &News) -> Result<(), StoreError> {
        let sql = "INSERT INTO news (id, person, record) VALUES ($1, $2, $3)";
        let values = [
            news.id.0.into(),
            news.to.as_str().into(),
            record::write(news).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// Whether people were reminded of something.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn is_reminded(&mut self, of: &Reminder) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM reminders WHERE subject = $1 AND due = $2 AND nearness = $3";
        Ok(self.row(sql, &reminder(of)).await?.is_some())
    }

    /// Notes that people are reminded of something; answers whether they were not before.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note_reminded(&mut self, of: &Reminder) -> Result<bool, StoreError> {
        let sql = "INSERT INTO reminders (subject, due, nearness) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        Ok(self.execute(sql, &reminder(of)).await? > 0)
    }

    /// At most `limit` things that a person should know of and has not seen, the newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn unseen_news(
        &mut self,
        person: &Name,
        limit: u64,
    ) -> Result<Vec<News>, StoreError> {
        let sql = "SELECT record FROM news WHERE person = $1 ORDER BY id DESC LIMIT $2";
        let rows = self
            .rows(sql, &[person.as_str().into(), limit.into()])
            .await?;
        let read = |row: &Row| row.record(0, "news");
        rows.iter().map(read).collect()
    }

    /// Forgets what a person has seen: what has that number and all before it. Answers how many that were.
    ///
    /// The journal keeps what happened.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn see_news(&mut self, person: &Name, up_to: NewsId) -> Result<u64, StoreError> {
        let sql = "DELETE FROM news WHERE person = $1 AND id <= $2";
        self.execute(sql, &[person.as_str().into(), up_to.0.into()])
            .await
    }

    /// Keeps how far a person was told by mail what is new for them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_mailing(&mut self, mailing: &Mailing) -> Result<(), StoreError> {
        let sql = "INSERT INTO news_mailings (person, up_to, waits, record) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (person) DO UPDATE SET up_to = excluded.up_to, waits = excluded.waits, record = excluded.record";
        let waits = !mailing.is_under_way && mailing.often() != Often::Never;
        let values = [
            mailing.person.as_str().into(),
            mailing.up_to.0.into(),
            waits.into(),
            record::write(mailing).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// How far a person was told by mail what is new for them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn mailing_of(&mut self, person: &Name) -> Result<Mailing, StoreError> {
        let sql = "SELECT record FROM news_mailings WHERE person = $1";
        let row = self.row(sql, &[person.as_str().into()]).await?;
        let kept = row.map(|row| row.record(0, "mailing")).transpose()?;
        Ok(kept.unwrap_or_else(|| Mailing::new(person.clone())))
    }

    /// People with an address for whom something is new that no mail tells, and who want mails: how far each was told, and when
    /// the rest of it happened.
    ///
    /// It is asked person by person: what they were told long ago and have not seen is not read.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn untold_news(&mut self) -> Result<Vec<(Mailing, Untold)>, StoreError> {
        let untold = "FROM news n WHERE n.person = p.name AND n.id > COALESCE(m.up_to, 0)";
        let sql = format!(
            "SELECT p.name, m.record, \
              (SELECT n.record {untold} ORDER BY n.id LIMIT 1), (SELECT n.record {untold} ORDER BY n.id DESC LIMIT 1) \
            FROM people p LEFT JOIN news_mailings m ON m.person = p.name \
            WHERE p.kind = 'person' AND p.email IS NOT NULL AND p.removed_at IS NULL AND COALESCE(m.waits, 1) = 1 \
              AND (SELECT MIN(n.id) {untold}) IS NOT NULL ORDER BY p.name"
        );
        let rows = self.rows(&sql, &[]).await?;
        let read = |row: &Row| {
            let mailing = match row.optional_text(1)? {
                Some(_) => row.record(1, "mailing")?,
                None => Mailing::new(row.parsed(0)?),
            };
            let (oldest, newest): (News, News) = (row.record(2, "news")?, row.record(3, "news")?);
            let untold = Untold {
                oldest: oldest.at,
                newest: newest.at,
            };
            Ok((mailing, untold))
        };
        rows.iter().map(read).collect()
    }

    /// The newest of what is new for each person and they have not seen.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn newest_news_of_all(&mut self) -> Result<Vec<(Name, NewsId)>, StoreError> {
        let sql = "SELECT person, MAX(id) FROM news GROUP BY person ORDER BY person";
        let read = |row: &Row| Ok((row.parsed(0)?, NewsId(row.unsigned(1)?)));
        self.rows(sql, &[]).await?.iter().map(read).collect()
    }

    /// The newest of what is new for a person and they have not seen.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn newest_news(&mut self, person: &Name) -> Result<Option<NewsId>, StoreError> {
        let newest = self.unseen_news(person, 1).await?;
        Ok(newest.first().map(|it| it.id))
    }

    /// Keeps who stands in for a person, instead of whoever did.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_delegation(&mut self, delegation: &Delegation) -> Result<(), StoreError> {
        let sql = "INSERT INTO delegations (person, stands_in, until, record) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (person) DO UPDATE SET stands_in = excluded.stands_in, until = excluded.until, record = excluded.record";
        let values = [
            delegation.from.as_str().into(),
            delegation.to.as_str().into(),
            delegation.until.into(),
            record::write(delegation).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// Ends that somebody stands in for a person; answers whether anybody did.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_delegation(&mut self, person: &Name) -> Result<bool, StoreError> {
        let sql = "DELETE FROM delegations WHERE person = $1";
        let ended = self.execute(sql, &[person.as_str().into()]).await?;
        Ok(ended > 0)
    }

    /// Who stands in for a person, or did last.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn delegation_of(&mut self, person: &Name) -> Result<Option<Delegation>, StoreError> {
        let sql = "SELECT record FROM delegations WHERE person = $1";
        let row = self.row(sql, &[person.as_str().into()]).await?;
        row.map(|row| row.record(0, "delegation")).transpose()
    }

    /// For whom a person stands in at a time.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn delegations_to(
        &mut self,
        person: &Name,
        now: Timestamp,
    ) -> Result<Vec<Delegation>, StoreError> {
        let sql =
            "SELECT record FROM delegations WHERE stands_in = $1 AND until > $2 ORDER BY person";
        let rows = self
            .rows(sql, &[person.as_str().into(), now.into()])
            .await?;
        let read = |row: &Row| row.record(0, "delegation");
        rows.iter().map(read).collect()
    }
}

fn reminder(of: &Reminder) -> [Value; 3] {
    [
        of.subject.to_string().into(),
        of.due.into(),
        of.nearness.word().into(),
    ]
}
