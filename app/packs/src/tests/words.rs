//! Names, stars and the search.

use super::*;

#[test]
fn a_pack_is_called_by_its_title_or_its_first_prompt() {
    let mut pack = sound().pack;
    assert_eq!(
        (pack.name(), pack.file_name()),
        ("Apples & <i>pears</i>".to_owned(), "apples-i-pears-i.pack.json".to_owned())
    );
    pack.title = " ".to_owned();
    assert_eq!(pack.name(), "a red apple, <b>shiny</b>");
    pack.entries.clear();
    assert_eq!((pack.name(), pack.file_name()), (String::new(), "pictures.pack.json".to_owned()));
}

#[test]
fn a_search_looks_at_prompts_models_titles_and_notes() {
    let pack = Pack { notes: "For Ännchen".to_owned(), ..sound().pack };
    for query in [
        "",
        "RED apple",
        "table red",
        "builtin",
        "pears",
        "ännchen",
        "shiny BUILTIN notes".trim_end_matches(" notes"),
    ] {
        assert!(pack.matches(query), "{query}");
    }
    assert!(!pack.matches("red banana") && !pack.matches("ddim"));
}

#[test]
fn a_pack_has_a_star_when_all_of_it_has() {
    let mut pack = sound().pack;
    assert!(!pack.is_favorite());
    pack.set_favorite(true);
    assert!(pack.is_favorite() && !Pack::default().is_favorite());
}

#[test]
fn stars_and_titles_do_not_make_another_pack() {
    let (a, mut b) = (sound().pack, sound().pack);
    b.set_favorite(true);
    b.title = "Other".to_owned();
    assert!(a.is_same(&b));
    b.entries[0].settings.insert("seed".to_owned(), 1.into());
    assert!(!a.is_same(&b));
    let mut c = sound().pack;
    c.entries[0].mask = None;
    assert!(!a.is_same(&c));
    c.entries.pop();
    assert!(!a.is_same(&c));
}
