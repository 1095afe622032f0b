//! What was asked for before.

use serde::{Deserialize, Serialize};

/// Prompts without a star that are kept; the oldest go first. Starred ones are never dropped.
pub const MOST_UNSTARRED: usize = 200;

/// A prompt with its negative prompt, as a person wrote them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PastPrompt {
    /// What was asked for.
    pub prompt: String,
    /// What was steered away from.
    pub negative_prompt: String,
    /// Milliseconds since 1970 when it was used last.
    pub used_millis: f64,
    /// How often it was used.
    pub uses: u32,
    /// Whether it has a star.
    pub favourite: bool,
}

impl PastPrompt {
    fn is(&self, prompt: &str, negative_prompt: &str) -> bool {
        self.prompt == prompt && self.negative_prompt == negative_prompt
    }
}

/// Prompts by their last use, the latest first; each pair of prompt and negative prompt stands in it once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    prompts: Vec<PastPrompt>,
}

impl History {
    /// Remembers that a prompt was used now.
    pub fn note(&mut self, prompt: &str, negative_prompt: &str, now_millis: f64) {
        let noted = self.upsert(prompt, negative_prompt, now_millis);
        noted.uses = noted.uses.saturating_add(1);
        self.tidy();
    }

    /// Remembers a prompt that gives way to another without having been used.
    pub fn keep(&mut self, prompt: &str, negative_prompt: &str, now_millis: f64) {
        self.upsert(prompt, negative_prompt, now_millis);
        self.tidy();
    }

    /// Gives a prompt a star, remembering it if it is new, or takes the star away.
    pub fn star(&mut self, prompt: &str, negative_prompt: &str, favourite: bool, now_millis: f64) {
        let known = self.prompts.iter_mut().find(|past| past.is(prompt.trim(), negative_prompt.trim()));
        match known {
            Some(past) => past.favourite = favourite,
            None if favourite => self.upsert(prompt, negative_prompt, now_millis).favourite = true,
            None => {}
        }
        self.tidy();
    }

    /// Forgets a prompt, starred or not.
    pub fn forget(&mut self, prompt: &str, negative_prompt: &str) {
        self.prompts.retain(|past| !past.is(prompt, negative_prompt));
    }

    /// Forgets everything without a star.
    pub fn clear(&mut self) {
        self.prompts.retain(|past| past.favourite);
    }

    /// Adds the prompts of another history that are not in this one, each where its last use puts it; a star is never lost.
    /// Returns how many were new.
    pub fn take_in(&mut self, other: &Self) -> usize {
        let mut new = 0;
        for past in &other.prompts {
            match self.prompts.iter_mut().find(|here| here.is(&past.prompt, &past.negative_prompt)) {
                Some(here) => here.favourite |= past.favourite,
                None => {
                    self.prompts.push(past.clone());
                    new += 1;
                }
            }
        }
        self.prompts.sort_by(|a, b| b.used_millis.total_cmp(&a.used_millis));
        self.tidy();
        new
    }

    /// Whether a prompt has a star.
    pub fn is_favourite(&self, prompt: &str, negative_prompt: &str) -> bool {
        let (prompt, negative_prompt) = (prompt.trim(), negative_prompt.trim());
        self.prompts.iter().any(|past| past.favourite && past.is(prompt, negative_prompt))
    }

    /// Whether there is a prompt without a star.
    pub fn has_unstarred(&self) -> bool {
        self.prompts.iter().any(|past| !past.favourite)
    }

    /// The prompts in which every word of `query` occurs, whatever its case, the latest first.
    pub fn find(&self, query: &str, favourites_only: bool) -> Vec<&PastPrompt> {
        let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
        let matches = |past: &&PastPrompt| {
            let text = format!("{}\n{}", past.prompt, past.negative_prompt).to_lowercase();
            (past.favourite || !favourites_only) && words.iter().all(|word| text.contains(word))
        };
        self.prompts.iter().filter(matches).collect()
    }

    /// The entry of a prompt, made first among all.
    fn upsert(&mut self, prompt: &str, negative_prompt: &str, now_millis: f64) -> &mut PastPrompt {
        let (prompt, negative_prompt) = (prompt.trim(), negative_prompt.trim());
        let known = self.prompts.iter().position(|past| past.is(prompt, negative_prompt));
        let past = known.map_or_else(PastPrompt::default, |at| self.prompts.remove(at));
        let (prompt, negative_prompt) = (prompt.to_owned(), negative_prompt.to_owned());
        self.prompts.insert(0, PastPrompt { prompt, negative_prompt, used_millis: now_millis, ..past });
        &mut self.prompts[0]
    }

    /// Drops blank entries and the oldest unstarred ones beyond their number.
    fn tidy(&mut self) {
        let mut unstarred = 0;
        self.prompts.retain(|past| {
            unstarred += usize::from(!past.favourite);
            !past.prompt.is_empty() && (past.favourite || unstarred <= MOST_UNSTARRED)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(found: &[&PastPrompt]) -> Vec<String> {
        found.iter().map(|past| past.prompt.clone()).collect()
    }

    #[test]
    fn another_history_is_taken_in_and_nothing_of_this_one_is_lost() {
        let (mut mine, mut theirs) = (History::default(), History::default());
        mine.note("a red apple", "", 5.0);
        mine.note("a pear", "", 1.0);
        theirs.star("a red apple", "", true, 2.0);
        theirs.note("a cat", "blurry", 3.0);
        assert_eq!(mine.take_in(&theirs), 1);
        let told: Vec<_> = mine.find("", false).iter().map(|past| (past.prompt.clone(), past.uses)).collect();
        assert_eq!(told, [("a red apple".to_owned(), 1), ("a cat".to_owned(), 1), ("a pear".to_owned(), 1)]);
        assert!(mine.is_favourite("a red apple", ""));
        assert_eq!(mine.take_in(&theirs), 0, "the second time brings nothing");
    }

    #[test]
    fn a_prompt_used_again_comes_first_and_stands_once() {
        let mut history = History::default();
        history.note("an apple", "", 1.0);
        history.note("a pear", "", 2.0);
        history.note(" an apple\n", " ", 3.0);
        history.note("an apple", "blurry", 4.0);
        assert_eq!(texts(&history.find("", false)), ["an apple", "an apple", "a pear"]);
        let apple = history.find("", false)[1];
        assert_eq!((apple.uses, apple.used_millis), (2, 3.0));
        history.note("  ", "blurry", 5.0);
        assert_eq!(history.find("", false).len(), 3, "a blank prompt is none");
    }

    #[test]
    fn stars_outlive_the_limit_and_the_clearing() {
        let mut history = History::default();
        history.star("a starred one", "", true, 0.0);
        for number in 0..MOST_UNSTARRED + 5 {
            history.note(&format!("prompt {number}"), "", number as f64);
        }
        assert_eq!(history.find("", false).len(), MOST_UNSTARRED + 1);
        assert!(
            history.find("prompt 4", false).iter().all(|past| past.prompt != "prompt 4"),
            "the oldest go"
        );
        assert!(history.is_favourite(" a starred one", ""));
        history.clear();
        assert_eq!(texts(&history.find("", false)), ["a starred one"]);
        history.star("a starred one", "", false, 1.0);
        assert!(!history.is_favourite("a starred one", "") && history.has_unstarred());
        history.forget("a starred one", "");
        assert!(history.find("", false).is_empty());
    }

    #[test]
    fn a_star_taken_from_an_unknown_prompt_makes_no_entry() {
        let mut history = History::default();
        history.star("an apple", "", false, 1.0);
        assert_eq!(history, History::default());
    }

    #[test]
    fn the_search_wants_every_word_in_either_text() {
        let mut history = History::default();
        history.note("A Red apple", "blurry", 1.0);
        history.star("a red pear", "", true, 2.0);
        assert_eq!(texts(&history.find("RED", false)), ["a red pear", "A Red apple"]);
        assert_eq!(texts(&history.find("blur red", false)), ["A Red apple"]);
        assert_eq!(texts(&history.find("red", true)), ["a red pear"]);
        assert!(history.find("red plum", false).is_empty());
    }

    #[test]
    fn the_history_of_another_version_is_read() {
        let json = r#"{"prompts":[{"prompt":"an apple","later":true}],"also":1}"#;
        let history: History = serde_json::from_str(json).unwrap();
        assert_eq!(texts(&history.find("", false)), ["an apple"]);
        let again = serde_json::to_string(&history).unwrap();
        assert_eq!(serde_json::from_str::<History>(&again).unwrap(), history);
    }
}
