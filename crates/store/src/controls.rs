//! Controls: their versions, who has read them, waivers, evidence of releases, and what was judged.

use crate::{Row, StoreError, Tx, record};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    canonical,
    control::{Control, Evidence, Judgement, ReturnJudgement, Waiver},
    id::{DeploymentId, WaiverId},
    name::Name,
    version::Version,
};

/// A version of a control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlVersion {
    /// What it says.
    pub control: Control,
    /// Counted from 1; the shipped one of the name, if there is one, comes before and has number 1 itself.
    pub version: u32,
    /// Since when.
    pub since: Timestamp,
}

impl Tx {
    /// Notes a version of a control, if it differs from the last; answers its number. Versions of a shipped control's name
    /// begin at 2.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_control_version(
        &mut self,
        control: &Control,
        is_shipped: bool,
    ) -> Result<u32, StoreError> {
        let digest = canonical::hash(control).to_string();
        let sql = "SELECT version, digest FROM control_versions WHERE name = $1 ORDER BY version DESC LIMIT 1";
        let last = self.row(sql, &[control.name.as_str().into()]).await?;
        let last = last.map(|row| Ok::<_, StoreError>((number(&row, 0)?, row.text(1)?.to_owned())));
        let version = match last.transpose()? {
            Some((version, same)) if same == digest => return Ok(version),
            Some((version, _)) => version + 1,
            None => 1 + u32::from(is_shipped),
        };
        let sql = "INSERT INTO control_versions (name, version, digest, record, since) VALUES ($1, $2, $3, $4, $5)";
        let values = [
            control.name.as_str().into(),
            version.into(),
            digest.into(),
            record::write(control).into(),
            self.now().into(),
        ];
        self.execute(sql, &values).await?;
        Ok(version)
    }

    /// The last version of each control that was ever declared, by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn control_versions(&mut self) -> Result<BTreeMap<Name, ControlVersion>, StoreError> {
        let sql = "SELECT record, version, since FROM control_versions ORDER BY name, version";
        let mut last = BTreeMap::new();
        for row in self.rows(sql, &[]).await? {
            let control: Control = row.record(0, "control")?;
            let (version, since) = (number(&row, 1)?, row.time(2)?);
            let name = control.name.clone();
            last.insert(
                name,
                ControlVersion {
                    control,
                    version,
                    since,
                },
            );
        }
        Ok(last)
    }

    /// Notes that a person has read a version of a control.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_acknowledgement(
        &mut self,
        control: &Name,
        version: u32,
        person: &Name,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO acknowledgements (control, version, person, at) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (control, version, person) DO NOTHING";
        let values = [
            control.as_str().into(),
            version.into(),
            person.as_str().into(),
            self.now().into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// Who has read which version of which control.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn acknowledgements(&mut self) -> Result<BTreeSet<(Name, u32, Name)>, StoreError> {
        let sql = "SELECT control, version, person FROM acknowledgements";
        let read = |row: &Row| Ok((row.parsed(0)?, number(row, 1)?, row.parsed(2)?));
        self.rows(sql, &[]).await?.iter().map(read).collect()
    }

    /// Which version of which control a person has read.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn acknowledged_by(
        &mut self,
        person: &Name,
    ) -> Result<BTreeSet<(Name, u32)>, StoreError> {
        let sql = "SELECT control, version FROM acknowledgements WHERE person = $1";
        let read = |row: &Row| Ok((row.parsed(0)?, number(row, 1)?));
        let rows = self.rows(sql, &[person.as_str().into()]).await?;
        rows.iter().map(read).collect()
    }

    /// The number the next waiver gets.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn next_waiver(&mut self) -> Result<WaiverId, StoreError> {
        self.count_up("waiver").await.map(WaiverId)
    }

    /// Keeps a waiver as it is now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_waiver(&mut self, waiver: &Waiver) -> Result<(), StoreError> {
        let sql = "INSERT INTO waivers (id, product, record, expires_at) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (id) DO UPDATE SET record = excluded.record, expires_at = excluded.expires_at";
        let values = [
            waiver.id.0.into(),
            waiver.scope.product.as_str().into(),
            record::write(waiver).into(),
            waiver.expires_at.into(),
        ];
        self.execute(sql, &values).await?;
        self.record_quarantine_due_of(&waiver.scope.product).await?;
        self.count_trust_change().await
    }

    /// A waiver by its number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn waiver(&mut self, id: WaiverId) -> Result<Option<Waiver>, StoreError> {
        let sql = "SELECT record FROM waivers WHERE id = $1";
        let row = self.row(sql, &[id.0.into()]).await?;
        row.map(|row| row.record(0, "waiver")).transpose()
    }

    /// The waivers of a product, or of all, the newest first; only those that have not expired, or all.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn waivers(
        &mut self,
        product: Option<&Name>,
        all: bool,
    ) -> Result<Vec<Waiver>, StoreError> {
        let sql = "SELECT record FROM waivers WHERE ($1 = '' OR product = $1) AND expires_at > $2 ORDER BY id DESC";
        let from = if all {
            Timestamp::UNIX_EPOCH
        } else {
            self.now()
        };
        let product = product.map_or("", Name::as_str);
        let rows = self.rows(sql, &[product.into(), from.into()]).await?;
        rows.iter().map(|row| row.record(0, "waiver")).collect()
    }

    /// Keeps what was supplied with a release.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_evidence(
        &mut self,
        (product, release): (&Name, &Version),
        evidence: &Evidence,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO evidence (product, release_version, number, record, given_at) \
            SELECT $1, $2, COALESCE(MAX(number), 0) + 1, $3, $4 FROM evidence WHERE product = $1 AND release_version = $2";
        let values = [
            product.as_str().into(),
            release.as_str().into(),
            record::write(evidence).into(),
            evidence.at.into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// What was supplied with a release, the oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn evidence_of(
        &mut self,
        product: &Name,
        release: &Version,
    ) -> Result<Vec<Evidence>, StoreError> {
        let sql = "SELECT record FROM evidence WHERE product = $1 AND release_version = $2 ORDER BY number";
        let rows = self
            .rows(sql, &[product.as_str().into(), release.as_str().into()])
            .await?;
        rows.iter().map(|row| row.record(0, "evidence")).collect()
    }

    /// Keeps what was judged when a wave of a deployment began. The first word stays.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_judgement(
        &mut self,
        (deployment, wave): (DeploymentId, u32),
        judgement: &Judgement,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO judgements (deployment, wave, environment, record, judged_at) VALUES ($1, $2, $3, $4, $5) \
            ON CONFLICT (deployment, wave) DO NOTHING";
        let values = [
            deployment.0.into(),
            wave.into(),
            judgement.facts.deployment.environment.as_str().into(),
            record::write(judgement).into(),
            judgement.facts.at.into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// What was judged of a deployment, by wave.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn judgements_of(
        &mut self,
        deployment: DeploymentId,
    ) -> Result<Vec<(u32, Judgement)>, StoreError> {
        let sql = "SELECT wave, record FROM judgements WHERE deployment = $1 ORDER BY wave";
        let read = |row: &Row| Ok((number(row, 0)?, row.record(1, "judgement")?));
        self.rows(sql, &[deployment.0.into()])
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// Keeps what was judged of a release that a deployment goes back to, beside what was judged whenever it did before.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_return_judgement(
        &mut self,
        deployment: DeploymentId,
        judgement: &ReturnJudgement,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO return_judgements (deployment, number, release_version, snapshot, record, judged_at) \
            SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5 FROM return_judgements WHERE deployment = $1";
        let values = [
            deployment.0.into(),
            judgement.release.as_str().into(),
            judgement.snapshot.0.into(),
            record::write(judgement).into(),
            judgement.at.into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// What was judged of each release that a deployment went back to, in the order in which it did.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn return_judgements_of(
        &mut self,
        deployment: DeploymentId,
    ) -> Result<Vec<ReturnJudgement>, StoreError> {
        let sql = "SELECT record FROM return_judgements WHERE deployment = $1 ORDER BY number";
        let rows = self.rows(sql, &[deployment.0.into()]).await?;
        let read = |row: &Row| row.record(0, "return judgement");
        rows.iter().map(read).collect()
    }

    /// What was judged of releases that deployments went back to, `limit` of those with a number above `after`, in the order
    /// of the deployments; those of one deployment together.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn return_judgements_after(
        &mut self,
        after: DeploymentId,
        limit: u64,
    ) -> Result<Vec<(DeploymentId, ReturnJudgement)>, StoreError> {
        let sql = "SELECT deployment, record FROM return_judgements WHERE deployment IN \
            (SELECT DISTINCT deployment FROM return_judgements WHERE deployment > $1 ORDER BY deployment LIMIT $2) \
            ORDER BY deployment, number";
        let read = |row: &Row| {
            let judgement = row.record(1, "return judgement")?;
            Ok((DeploymentId(row.unsigned(0)?), judgement))
        };
        let rows = self.rows(sql, &[after.0.into(), limit.into()]).await?;
        rows.iter().map(read).collect()
    }

    /// What was judged when deployments began, `limit` of those with a number above `after`, in their order.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn judgements_after(
        &mut self,
        after: DeploymentId,
        limit: u64,
    ) -> Result<Vec<(DeploymentId, Judgement)>, StoreError> {
        let sql = "SELECT deployment, record FROM judgements WHERE wave = 0 AND deployment > $1 ORDER BY deployment LIMIT $2";
        let read = |row: &Row| Ok((DeploymentId(row.unsigned(0)?), row.record(1, "judgement")?));
        self.rows(sql, &[after.0.into(), limit.into()])
            .await?
            .iter()
            .map(read)
            .collect()
    }
}

fn number(row: &Row, i: usize) -> Result<u32, StoreError> {
    u32::try_from(row.int(i)?).map_err(|why| StoreError::Record {
        what: "number".to_owned(),
        why: why.to_string(),
    })
}
