//! **Collections**: names for pictures that belong together.

use std::sync::Arc;

use gallery::Record;
use leptos::{html, prelude::*};

use crate::components::frame::{show_while, when_closed};
use crate::components::icon::Icon;
use crate::components::icon_button::IconButton;
use crate::state::studio;
use crate::words::gallery as words;

/// The collections of the picture shown large; each leads to its pictures.
#[component]
pub(super) fn CollectionChips(id: StoredValue<String>) -> impl IntoView {
    let library = studio().library;
    let names = Memo::new(move |_| {
        let record = id.with_value(|id| library.record(id));
        record.map(|record| record.collections.clone()).unwrap_or_default()
    });
    let chip = move |name: String| {
        let show = {
            let name = name.clone();
            move |_| {
                library.opened.set(None);
                library.query.update(|query| query.collection = Some(name.clone()));
            }
        };
        view! { <button type="button" class="chip" on:click=show>{name}</button> }
    };
    move || {
        let names = names.get();
        (!names.is_empty()).then(|| {
            view! {
                <section class="collections" aria-labelledby="collections-title">
                    <h3 id="collections-title">{words::COLLECTIONS}</h3>
                    <div class="chips">{names.into_iter().map(chip).collect_view()}</div>
                </section>
            }
        })
    }
}

/// Puts pictures into collections and takes them out.
#[component]
pub(crate) fn CollectionsDialog() -> impl IntoView {
    let library = studio().library;
    let dialog = NodeRef::<html::Dialog>::new();
    let open = Memo::new(move |_| library.collecting.with(Option::is_some));
    show_while(dialog, move || open.get());
    view! {
        <dialog
            node_ref=dialog
            class="small-dialog"
            aria-label=words::COLLECT
            on:close=when_closed(dialog, move || library.collecting.set(None))
        >
            <Show when=move || open.get()>
                <header class="drawer-head">
                    <h2>{words::COLLECT}</h2>
                    <IconButton
                        icon=Icon::Close
                        name=words::CLOSE
                        class="quiet"
                        press=move |_| library.collecting.set(None)
                    />
                </header>
                <div class="small-dialog-body">
                    <Existing />
                    <Create />
                </div>
            </Show>
        </dialog>
    }
}

/// The records that are being put into collections. Tracked.
fn subjects() -> Vec<Arc<Record>> {
    let library = studio().library;
    let ids = library.collecting.get().unwrap_or_default();
    library.album.with(|album| ids.iter().filter_map(|id| album.get(id).cloned()).collect())
}

/// A box for each collection; one that only some of the pictures lie in is neither checked nor not.
#[component]
fn Existing() -> impl IntoView {
    let studio = studio();
    let names =
        Memo::new(move |_| studio.library.facets.with(|f| f.collections.keys().cloned().collect::<Vec<_>>()));
    let check = move |name: String| {
        let inside = {
            let name = name.clone();
            Memo::new(move |_| {
                let subjects = subjects();
                let inside = subjects.iter().filter(|record| record.collections.contains(&name)).count();
                (inside == subjects.len(), inside > 0)
            })
        };
        let set = {
            let name = name.clone();
            move |event| studio.set_in_collection(&untrack(subjects), &name, event_target_checked(&event))
        };
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || inside.get().0
                    prop:indeterminate=move || inside.get().1 && !inside.get().0
                    on:change=set
                />
                <span>{name}</span>
            </label>
        }
    };
    move || {
        let names = names.get();
        if names.is_empty() {
            return view! { <p class="hint">{words::NO_COLLECTIONS}</p> }.into_any();
        }
        view! { <div class="collection-list" role="group" aria-label=words::COLLECTIONS>{names.into_iter().map(check).collect_view()}</div> }
            .into_any()
    }
}

/// Names a new collection and puts the pictures into it.
#[component]
fn Create() -> impl IntoView {
    let studio = studio();
    let name = RwSignal::new(String::new());
    let create = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let wanted = name.with_untracked(|name| name.trim().to_owned());
        if !wanted.is_empty() {
            studio.set_in_collection(&untrack(subjects), &wanted, true);
            name.set(String::new());
        }
    };
    view! {
        <form class="with-button" on:submit=create>
            <input
                type="text"
                autofocus
                aria-label=words::NEW_COLLECTION
                placeholder=words::NEW_COLLECTION
                maxlength="60"
                prop:value=name
                on:input=move |event| name.set(event_target_value(&event))
            />
            <button type="submit">{words::CREATE}</button>
        </form>
    }
}
