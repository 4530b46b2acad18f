//! What is to do, and for whom.

use super::{
    super::{
        App, Error, Request, approvals::waiting_for_supervision, handovers, hands::Hands, issues,
        planning, procedures, reviews, runbooks, talk,
    },
    shown::views,
};
use futures::FutureExt;
use jiff::Timestamp;
use tidegate_domain::{
    name::Name,
    planning::{Party, Task},
};
use tidegate_protocol::api::{LentView, TaskView, WorkView};
use tidegate_store::Tx;

/// The most tasks of one party that are listed.
const LISTED_MAX: u64 = 500;

/// Whose work is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkOf {
    /// That of whoever asks, and what waits for their teams.
    Mine,
    /// What waits for one team.
    Team(Name),
    /// Everybody's, as far as it is seen.
    All,
}

impl App {
    /// What is to do: for whoever asks, and for their teams; or for one team, or for anybody.
    ///
    /// # Errors
    /// When there is no such team.
    pub async fn work(&self, request: &Request, of: &WorkOf) -> Result<WorkView, Error> {
        self.store
            .read((request.clone(), of.clone()), |tx, (request, of)| {
                work(tx, request, of).boxed()
            })
            .await
    }
}

async fn work(tx: &mut Tx, request: &Request, of: &WorkOf) -> Result<WorkView, Error> {
    let hands = Hands::of(tx, request).await?;
    let teams = teams(tx, request, of).await?;
    let (mine, waiting) = tasks(tx, request, (of, &teams)).await?;
    let steps = runbooks::waiting_for(tx, request, |step| match of {
        WorkOf::Mine => hands.have(step),
        WorkOf::Team(team) => step.owner == Some(Party::Team(team.clone())),
        WorkOf::All => true,
    });
    let steps = steps.await?;
    let procedures = procedures::waiting_for(tx, request, (of, &teams)).await?;
    let whose = match of {
        WorkOf::Mine => handovers::Whose::Mine(&teams),
        WorkOf::Team(team) => handovers::Whose::Team(team),
        WorkOf::All => handovers::Whose::All,
    };
    let handed = handovers::waiting_for(tx, request, whose).await?;
    let reviews = reviews::waiting_for(tx, request, whose).await?;
    let issues = issues::waiting_for(tx, request, of).await?;
    let team = match of {
        WorkOf::Team(team) => Some(team),
        WorkOf::Mine | WorkOf::All => None,
    };
    let supervised = waiting_for_supervision(tx, request, team).await?;
    let rollbacks = supervised.iter().filter(|it| it.asks == "rollback");
    let rollbacks = rollbacks.count();
    let (mut lent, mut news) = (Vec::new(), Vec::new());
    if *of == WorkOf::Mine {
        lent = of_others(tx, request, hands).await?;
        news = talk::unseen(tx, request).await?;
    }
    let mine = views(tx, request, &mine).await?;
    let waiting = views(tx, request, &waiting).await?;
    Ok(WorkView {
        sentence: sentence(
            of,
            (&mine, &waiting),
            [
                steps.len(),
                handed.len(),
                reviews.len(),
                issues.len(),
                procedures.len(),
                rollbacks,
                supervised.len() - rollbacks,
            ],
        ),
        mine,
        waiting,
        steps,
        handovers: handed,
        reviews,
        procedures,
        issues,
        supervised,
        lent,
        news,
    })
}

/// The tasks of whoever asks, and those that wait for teams or for anybody; the most urgent first.
async fn tasks(
    tx: &mut Tx,
    request: &Request,
    (of, teams): (&WorkOf, &[Name]),
) -> Result<(Vec<Task>, Vec<Task>), Error> {
    let me = &request.actor.name;
    let (mut mine, mut waiting) = (Vec::new(), Vec::new());
    match of {
        WorkOf::Mine => {
            mine.extend(tx.tasks_taken_by(me, LISTED_MAX).await?);
            let alone = Party::Person(me.clone());
            mine.extend(tx.tasks_waiting_for(&alone, LISTED_MAX).await?);
        }
        WorkOf::All => waiting.extend(tx.pending_tasks(LISTED_MAX).await?),
        WorkOf::Team(_) => {}
    }
    for team in teams {
        let team = Party::Team(team.clone());
        waiting.extend(tx.tasks_waiting_for(&team, LISTED_MAX).await?);
    }
    let mut sight = request.sight(tx).await?;
    for list in [&mut mine, &mut waiting] {
        list.retain(|task| sight.shows(&task.product));
        list.sort_by_key(|task| (task.due.unwrap_or(Timestamp::MAX), task.id));
    }
    Ok((mine, waiting))
}

/// The teams whose work is asked for.
async fn teams(tx: &mut Tx, request: &Request, of: &WorkOf) -> Result<Vec<Name>, Error> {
    let authorizer = request.gate.authorizer(tx).await?;
    Ok(match of {
        WorkOf::Mine => authorizer
            .directory()
            .teams_of(&request.actor)
            .cloned()
            .collect(),
        WorkOf::Team(team) => {
            planning::check_party(tx, &Party::Team(team.clone())).await?;
            vec![team.clone()]
        }
        WorkOf::All => Vec::new(),
    })
}

/// What is to do for those for whom whoever asks stands in.
async fn of_others(tx: &mut Tx, request: &Request, hands: Hands) -> Result<Vec<LentView>, Error> {
    let mut sight = request.sight(tx).await?;
    let mut all = Vec::new();
    for delegation in hands.lent {
        let mut tasks = tx.tasks_taken_by(&delegation.from, LISTED_MAX).await?;
        let alone = Party::Person(delegation.from.clone());
        tasks.extend(tx.tasks_waiting_for(&alone, LISTED_MAX).await?);
        tasks.retain(|task| sight.shows(&task.product));
        tasks.sort_by_key(|task| (task.due.unwrap_or(Timestamp::MAX), task.id));
        all.push(LentView {
            delegation: talk::delegation_view(&delegation),
            tasks: views(tx, request, &tasks).await?,
        });
    }
    Ok(all)
}

/// What is to do, as a person would say it.
fn sentence(
    of: &WorkOf,
    (mine, waiting): (&[TaskView], &[TaskView]),
    [steps, handed, reviews, issues, procedures, rollbacks, held]: [usize; 7],
) -> String {
    let counted = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}.")),
        count => Some(format!("{count} {many}.")),
    };
    let up = counted(
        steps,
        "step of a deployment is up",
        "steps of deployments are up",
    );
    let handed = counted(
        handed,
        "thing of a handover waits",
        "things of handovers wait",
    );
    let back = counted(
        reviews,
        "live release is to be looked back at",
        "live releases are to be looked back at",
    );
    let wrong = counted(issues, "issue is open", "issues are open");
    let to_read = counted(
        procedures,
        "procedure is to be read or reviewed",
        "procedures are to be read or reviewed",
    );
    let undone = counted(
        rollbacks,
        "rollback waits to be let go",
        "rollbacks wait to be let go",
    );
    let held = counted(
        held,
        "deployment waits to be let go",
        "deployments wait to be let go",
    );
    let is_nothing = mine.is_empty() && waiting.is_empty();
    let is_said = [&undone, &held, &up, &handed, &back, &wrong, &to_read]
        .iter()
        .any(|it| it.is_some());
    let of_tasks = (!is_nothing || !is_said).then(|| of_tasks(of, mine, waiting));
    let said = undone
        .into_iter()
        .chain(held)
        .chain(up)
        .chain(handed)
        .chain(back)
        .chain(of_tasks)
        .chain(wrong);
    let said = said.chain(to_read);
    said.collect::<Vec<_>>().join(" ")
}

fn of_tasks(of: &WorkOf, mine: &[TaskView], waiting: &[TaskView]) -> String {
    let overdue = mine.iter().chain(waiting).filter(|it| it.overdue).count();
    let tail = match overdue {
        0 => String::new(),
        1 => ", 1 of them overdue".to_owned(),
        many => format!(", {many} of them overdue"),
    };
    let tasks = |count: usize| match count {
        1 => "1 task".to_owned(),
        many => format!("{many} tasks"),
    };
    match (of, mine.len(), waiting.len()) {
        (WorkOf::Mine, 0, 0) => "Nothing is yours to do.".to_owned(),
        (WorkOf::Mine, 0, waiting) => format!("{} for your teams{tail}.", tasks(waiting)),
        (WorkOf::Mine, mine, 0) => format!("{} for you{tail}.", tasks(mine)),
        (WorkOf::Mine, mine, waiting) => {
            format!("{} for you, {} for your teams{tail}.", tasks(mine), waiting)
        }
        (WorkOf::Team(_) | WorkOf::All, _, 0) => "Nothing waits to be done.".to_owned(),
        (WorkOf::Team(team), _, waiting) => {
            format!("{} for team {team} that nobody took{tail}.", tasks(waiting))
        }
        (WorkOf::All, _, waiting) => format!("{} to be done{tail}.", tasks(waiting)),
    }
}
