//! Which picture came from which.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Album;
use crate::Record;

/// How a picture came from the one above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// It came from none that is known.
    Root,
    /// The one above was its source.
    Source,
    /// It has the settings of the one above, and another seed.
    Variant,
}

/// A picture in its family tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// The picture's id.
    pub id: String,
    /// Its record; `None` when it is no longer in the gallery.
    pub record: Option<Arc<Record>>,
    /// Generations below the root.
    pub depth: usize,
    /// How it came from the one above.
    pub link: Link,
}

/// The picture that a record came from. A variant of a picture that had a source stands beside it, not below.
fn origin(record: &Record) -> Option<(&str, Link)> {
    let source = record.parent.as_deref().map(|id| (id, Link::Source));
    let variant = || record.variant_of.as_deref().map(|id| (id, Link::Variant));
    source.or_else(variant).filter(|(id, _)| *id != record.id)
}

/// What a walk down the tree needs.
struct Walk<'a> {
    children: HashMap<&'a str, Vec<&'a Arc<Record>>>,
    seen: HashSet<&'a str>,
    branches: Vec<Branch>,
    most: usize,
}

impl Album {
    /// The family of a picture, each branch after the one it came from, earliest first. A family of more than `most`
    /// is cut to the picture's own line: those it came from, and as many of those that came from it. A family of one
    /// is empty, and so is that of a picture that is not here.
    pub fn family(&self, id: &str, most: usize) -> Vec<Branch> {
        let by_id: HashMap<&str, &Arc<Record>> =
            self.records().map(|record| (record.id.as_str(), record)).collect();
        let line = line(&by_id, id);
        let Some(root) = line.first().copied() else { return Vec::new() };
        let mut children: HashMap<&str, Vec<&Arc<Record>>> = HashMap::new();
        // Records come newest first and children are told earliest first.
        for record in self.records().collect::<Vec<_>>().into_iter().rev() {
            if let Some((origin, _)) = origin(record) {
                children.entry(origin).or_default().push(record);
            }
        }
        let mut walk = Walk { children, seen: HashSet::new(), branches: Vec::new(), most: most + 1 };
        walk.descend(root, by_id.get(root).copied(), 0);
        if walk.branches.len() > most {
            walk = Walk { seen: HashSet::new(), branches: Vec::new(), most, ..walk };
            // Half the room at most for those above, or those below would have none.
            let own_line = &line[line.len().saturating_sub(most / 2 + 1)..];
            let [above @ .., own] = own_line else { return Vec::new() };
            for (depth, ancestor) in above.iter().enumerate() {
                walk.add(ancestor, by_id.get(ancestor).copied(), depth);
            }
            walk.descend(own, by_id.get(own).copied(), above.len());
        }
        if walk.branches.len() > 1 { walk.branches } else { Vec::new() }
    }
}

/// From the earliest picture that this one came from down to itself. One that is no longer here ends the line. Files
/// may claim anything, even that a picture came from itself.
fn line<'a>(by_id: &HashMap<&'a str, &'a Arc<Record>>, id: &str) -> Vec<&'a str> {
    let mut line = Vec::new();
    let mut at = by_id.get_key_value(id).map(|(id, _)| *id);
    while let Some(id) = at.filter(|id| !line.contains(id)) {
        line.push(id);
        at = by_id.get(id).and_then(|record| origin(record)).map(|(origin, _)| origin);
    }
    line.reverse();
    line
}

impl<'a> Walk<'a> {
    fn add(&mut self, id: &'a str, record: Option<&'a Arc<Record>>, depth: usize) -> bool {
        if self.branches.len() >= self.most || !self.seen.insert(id) {
            return false;
        }
        let link = match record.and_then(|record| origin(record)) {
            Some((_, link)) if depth > 0 => link,
            _ => Link::Root,
        };
        self.branches.push(Branch { id: id.to_owned(), record: record.cloned(), depth, link });
        true
    }

    /// Depth first, with a list of its own: a line of pictures may be longer than the stack.
    fn descend(&mut self, id: &'a str, record: Option<&'a Arc<Record>>, depth: usize) {
        let mut open = vec![(id, record, depth)];
        while let Some((id, record, depth)) = open.pop() {
            if self.add(id, record, depth) {
                let children = self.children.get(id).into_iter().flatten().rev();
                open.extend(children.map(|child| (child.id.as_str(), Some(*child), depth + 1)));
            }
        }
    }
}
