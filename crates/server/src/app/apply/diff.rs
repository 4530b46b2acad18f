//! The difference between two declared things, leaf by leaf.

use serde_json::Value;
use tidegate_protocol::api::Difference;

/// What differs; of something new, every leaf.
pub(super) fn between(before: Option<&Value>, after: &Value) -> Vec<Difference> {
    let mut differences = Vec::new();
    walk(
        String::new(),
        before.unwrap_or(&Value::Null),
        after,
        &mut differences,
    );
    differences
}

fn walk(path: String, before: &Value, after: &Value, out: &mut Vec<Difference>) {
    if before == after {
        return;
    }
    let names = [before, after].map(children);
    let is_leaf = names.iter().all(Vec::is_empty);
    if is_leaf {
        out.push(Difference {
            path,
            before: leaf(before),
            after: leaf(after),
        });
        return;
    }
    let [mut names, more] = names;
    names.extend(more);
    names.sort();
    names.dedup();
    for name in names {
        let below = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        walk(below, child(before, &name), child(after, &name), out);
    }
}

/// The names of what is inside: keys, names of named things in a list, else numbers.
fn children(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => map.keys().cloned().collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(i, item)| label(i, item))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

fn label(i: usize, item: &Value) -> String {
    item.get("name")
        .and_then(Value::as_str)
        .map_or_else(|| i.to_string(), str::to_owned)
}

fn child<'a>(value: &'a Value, name: &str) -> &'a Value {
    let found = match value {
        Value::Object(map) => map.get(name),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find(|(i, item)| label(*i, item) == name)
            .map(|(_, item)| item),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    };
    found.unwrap_or(&Value::Null)
}

fn leaf(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Some(value.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn differences_name_the_leaf() {
        let before = json!({"components": [{"name": "web", "port": 1}, {"name": "api", "port": 2}], "title": "x"});
        let after = json!({"components": [{"name": "api", "port": 2}, {"name": "web", "port": 3}]});
        let found: Vec<_> = between(Some(&before), &after)
            .into_iter()
            .map(|d| (d.path, d.before, d.after))
            .collect();
        let text = |t: &str| Some(t.to_owned());
        assert_eq!(
            found,
            [
                ("components.web.port".to_owned(), text("1"), text("3")),
                ("title".to_owned(), text("x"), None),
            ]
        );
        assert!(between(Some(&after), &after).is_empty());
    }
}
